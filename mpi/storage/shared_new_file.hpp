#pragma once

#include <optional>
#include <string>

#include "core/new_file.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// A NewFile that the ranks write together: rank 0 makes it, and gives it its name when it is complete.
class SharedNewFile {
 public:
  /// Collective. Throws Error as NewFile does.
  SharedNewFile(const Communicator& comm, const std::string& target);

  /// Where to write; the same on all ranks, which close what they opened before `publish`.
  const std::string& temporary() const { return temporary_; }
  /// Collective. Throws Error when it cannot be done.
  void publish();

 private:
  const Communicator* comm_;
  std::optional<NewFile> file_;  ///< on rank 0
  std::string temporary_;
};

}  // namespace elastem
