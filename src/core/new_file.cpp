#include "core/new_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".partial", letters = "abcdefghijklmnopqrstuvwxyz0123456789",
                           reserved_mark = "writes", folder_mark = "elastem";
constexpr std::size_t mark_length = 6, buffer_bytes = std::size_t{1} << 20;

// Locks one byte far behind any content, so that nobody who locks what he writes (MPI-IO on a network's file
// system) meets it. The lock ends with the descriptor, at the latest with the process. On failure errno says
// why.
bool lock(int descriptor) {
  struct flock place = {};
  place.l_type = F_WRLCK;
  place.l_whence = SEEK_SET;
  place.l_start = off_t{1} << 62;
  place.l_len = 1;
  return ::fcntl(descriptor, F_OFD_SETLK, &place) == 0;
}

// Whether `path` is the name of the open file, and no link to it.
bool is_name_of(const fs::path& path, int descriptor) {
  struct stat named = {}, open = {};
  return ::lstat(path.c_str(), &named) == 0 && ::fstat(descriptor, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

fs::path folder_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

std::string random_mark() {
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, letters.size() - 1);
  std::string mark(mark_length, ' ');
  for (char& each : mark) each = letters[letter(random)];
  return mark;
}

bool is_temporary_of(const std::string& name, const std::string& target) {
  return name.size() == target.size() + 1 + mark_length + ending.size() && name.starts_with(target + '.') &&
         name.ends_with(ending) &&
         name.find_first_not_of(letters, target.size() + 1) == target.size() + 1 + mark_length;
}

// Where a file stands until it is complete: beside its place, or, where nothing is kept, out of the way.
fs::path temporary_beside(const fs::path& target, std::string_view mark) {
  const fs::path folder = is_null_device(target) ? fs::temp_directory_path() : target.parent_path();
  return folder / fmt::format("{}.{}{}", target.filename().string(), mark, ending);
}

// A temporary file that nobody holds: its writer was killed. What cannot be looked at is left alone.
void remove_if_abandoned(const fs::path& temporary) {
  const int descriptor = ::open(temporary.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat status = {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && lock(descriptor) &&
      is_name_of(temporary, descriptor))
    ::unlink(temporary.c_str());
  ::close(descriptor);
}

void remove_abandoned(const fs::path& target) {
  const std::string name = target.filename().string();
  std::error_code failed;
  for (fs::directory_iterator entry(folder_of(target), failed), end; !failed && entry != end;
       entry.increment(failed))
    if (is_temporary_of(entry->path().filename().string(), name)) remove_if_abandoned(entry->path());
}

void require_replaceable(const fs::path& target) {
  const std::string kind = special_kind(target, Links::seen);
  if (kind.empty() || is_null_device(target)) return;
  throw Error(fmt::format(
      "cannot write {}: it is {}; {}", target.string(), kind,
      kind == "a symbolic link" ? "name the file itself, or remove the link" : "choose another name"));
}

// Makes a rename last. A file system that cannot do it for folders does it for itself.
int sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return 0;  // a folder that may be written to but not read
  const int reason = ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
  ::close(descriptor);
  return reason;
}

}  // namespace

NewFile::NewFile(fs::path target) : target_(std::move(target)) {
  require(target_.has_filename(), "a file has a name");
  require_replaceable(target_);
  remove_abandoned(target_);
  make();
}

void NewFile::make() {
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary_ = temporary_beside(target_, random_mark());
    descriptor_ =
        ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno == EEXIST) continue;
    if (descriptor_ < 0) fail(errno);
    // Before it is locked, another process may take it for abandoned. A file system without locks has none.
    const bool taken = !lock(descriptor_) && (errno == EAGAIN || errno == EACCES);
    if (!taken && holds_its_name()) {
      transient_ = TransientFile(temporary_, descriptor_);
      return;
    }
    ::close(std::exchange(descriptor_, -1));
  }
  fail(EEXIST);
}

bool NewFile::holds_its_name() const {
  return is_name_of(temporary_, descriptor_);
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  if (holds_its_name()) ::unlink(temporary_.c_str());
  ::close(descriptor_);
}

void NewFile::write(std::string_view text) {
  require(descriptor_ >= 0, "the file is not published yet");
  waiting_ += text;
  if (waiting_.size() >= buffer_bytes) flush();
}

void NewFile::flush() {
  for (std::string_view text = waiting_; !text.empty();) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno != EINTR) fail(errno);
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  waiting_.clear();
}

void NewFile::publish() {
  require(descriptor_ >= 0, "the file is not published yet");
  if (!holds_its_name())
    throw Error(fmt::format("cannot write {}: another program removed {}; run again", target_.string(),
                            temporary_.string()));
  flush();
  if (::fsync(descriptor_) != 0) fail(errno);
  require_replaceable(target_);
  if (is_null_device(target_)) {  // stays the device that it is
    ::unlink(temporary_.c_str());
    ::close(std::exchange(descriptor_, -1));
    return;
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  ::close(std::exchange(descriptor_, -1));
  if (const int reason = sync_folder(folder_of(target_)); reason != 0) fail(reason);
}

void NewFile::fail(int reason) const {
  throw Error(fmt::format("cannot write {}: {}; is the folder writable and the disk not full?",
                          target_.string(), std::generic_category().message(reason)));
}

ReservedOutput::ReservedOutput(const fs::path& target) : ReservedOutput(target, target.string()) {}

ReservedOutput ReservedOutput::of_folder(const fs::path& folder) {
  return {folder / folder_mark, "into the folder " + folder.string()};
}

ReservedOutput::ReservedOutput(const fs::path& target, const std::string& shown) {
  require(target.has_filename(), "a file has a name");
  for (int attempt = 0; attempt < 100; ++attempt) {
    path_ = temporary_beside(target, reserved_mark);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (descriptor_ < 0)
      throw Error(fmt::format("cannot write {}: {}; is the folder writable and the disk not full?",
                              target.string(), std::generic_category().message(errno)));
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > 0 ||
        status.st_nlink > 1) {
      ::close(std::exchange(descriptor_, -1));
      throw Error(
          fmt::format("cannot write {}: {} is in the way; remove it", target.string(), path_.string()));
    }
    if (!lock(descriptor_) && (errno == EAGAIN || errno == EACCES)) {
      ::close(std::exchange(descriptor_, -1));
      throw Error(fmt::format("another run is writing {}: wait for it, or give another name", shown));
    }
    if (is_name_of(path_, descriptor_)) {  // else the one who held it has just removed it
      transient_ = TransientFile(path_, descriptor_);
      return;
    }
    ::close(std::exchange(descriptor_, -1));
  }
  throw Error(fmt::format("cannot write {}: other runs come and go; give another name", target.string()));
}

ReservedOutput::ReservedOutput(ReservedOutput&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      transient_(std::move(other.transient_)) {}

ReservedOutput::~ReservedOutput() {
  if (descriptor_ < 0) return;
  if (is_name_of(path_, descriptor_)) ::unlink(path_.c_str());
  ::close(descriptor_);
}

void make_folders(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw Error(fmt::format("cannot make the folder {}: {}; make it yourself or choose another place",
                            folder.string(), failed.message()));
}

MadeFolders::MadeFolders(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code failed;
  for (fs::path each = fs::absolute(folder); !fs::exists(each, failed) && each.has_relative_path();
       each = each.parent_path())
    made_.push_back(each);
  make_folders(folder);
}

MadeFolders::~MadeFolders() {
  std::error_code not_empty;
  for (const fs::path& each : made_) fs::remove(each, not_empty);
}

void write_text_file(const fs::path& path, std::string_view text) {
  NewFile file(path);
  file.write(text);
  file.publish();
}

}  // namespace elastem
