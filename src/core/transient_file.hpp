#pragma once

#include <filesystem>

namespace elastem {

/// A file that must not outlive its process, as a temporary one or a mark: a signal that ends the process and
/// that nobody else handles (SIGHUP, SIGINT, SIGTERM, SIGUSR1) removes it, as long as its name is that of
/// `descriptor`'s file. kill -9 leaves it.
class TransientFile {
 public:
  TransientFile() = default;
  TransientFile(const std::filesystem::path& path, int descriptor);
  TransientFile(TransientFile&& other) noexcept;
  TransientFile& operator=(TransientFile&& other) noexcept;
  /// Forgets the file, which stays.
  ~TransientFile();

 private:
  int slot_ = -1;
};

/// Removes all of them, as before an _exit. May be called in a signal's handler.
void remove_transient_files() noexcept;

}  // namespace elastem
