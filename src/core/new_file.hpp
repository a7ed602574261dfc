#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/transient_file.hpp"

namespace elastem {

/// A file that appears under its name when it is complete: until `publish` it stands beside its place as
/// "<name>.<6 characters>.partial", and a NewFile that ends unpublished removes it. After a crash of the
/// program or of the machine at any moment the place holds the old file or the whole new one. What a killed
/// process left behind is removed by the next NewFile for the same place; it is known by a lock that only a
/// living process holds. Neither name is followed through a symbolic link. What is written to /dev/null is
/// forgotten. Folders are the caller's. Not collective: one process.
class NewFile {
 public:
  /// Makes the temporary file, empty. Throws Error when it cannot be made, or when the place is taken by
  /// something else than a regular file.
  explicit NewFile(std::filesystem::path target);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  /// The complete file's path.
  const std::filesystem::path& target() const { return target_; }
  /// Where to write, by whatever means; an open file of this name must be closed before `publish`.
  const std::filesystem::path& temporary() const { return temporary_; }
  /// Appends to the temporary file, through a buffer. Throws Error when the disk is full, at the latest in
  /// `publish`.
  void write(std::string_view text);
  /// Brings the content to the disk and gives the file its name, in place of an old one. Last call. Throws
  /// Error when it cannot be done.
  void publish();

 private:
  [[noreturn]] void fail(int reason) const;
  void make();
  void flush();
  bool holds_its_name() const;

  std::filesystem::path target_, temporary_;
  std::string waiting_;  ///< to be written
  int descriptor_ = -1;  ///< locked; −1 once the file is published
  TransientFile transient_;
};

/// Keeps a file's name for one run from before its work until its end: who else reserves it meanwhile, on
/// this machine or one that shares the folder, is refused. An empty file "<name>.writes.partial", which a
/// lock marks that only a living process holds; after a crash the next NewFile of that name removes it.
class ReservedOutput {
 public:
  /// Throws Error when another process has the name, or the folder cannot be written to.
  explicit ReservedOutput(const std::filesystem::path& target);
  /// All that is written into a folder, which is there.
  static ReservedOutput of_folder(const std::filesystem::path& folder);
  ReservedOutput(ReservedOutput&& other) noexcept;
  ReservedOutput& operator=(ReservedOutput&&) = delete;
  ~ReservedOutput();

 private:
  ReservedOutput(const std::filesystem::path& target, const std::string& shown);

  std::filesystem::path path_;
  int descriptor_ = -1;
  TransientFile transient_;
};

/// Makes a folder and those on the way to it; none for an empty path. Throws Error.
void make_folders(const std::filesystem::path& folder);

/// The same, taking away at its end what it made and nobody used.
class MadeFolders {
 public:
  explicit MadeFolders(const std::filesystem::path& folder);
  MadeFolders(MadeFolders&&) noexcept = default;
  MadeFolders& operator=(MadeFolders&&) = delete;
  ~MadeFolders();

 private:
  std::vector<std::filesystem::path> made_;  ///< the innermost first
};

/// A text as the whole content of a file, old or new; the file is a NewFile meanwhile.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace elastem
