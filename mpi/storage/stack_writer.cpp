#include "mpi/storage/stack_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/unwinding.hpp"
#include "maps/mrc.hpp"
#include "maps/stack_reader.hpp"

namespace elastem {
namespace {

// A piece is still in the cache when it is written (tests/bench/stack_write); a call's count is an int.
constexpr std::size_t piece_bytes = std::size_t{1} << 20, call_bytes = std::size_t{1} << 30;

[[noreturn]] void throw_full(const std::string& path) {
  throw Error(path + ": no room left on the disk; free some and resume (--resume), or run again");
}

void check_file(int status, const std::string& path, const char* what) {
  if (status == MPI_SUCCESS) return;
  int kind = MPI_ERR_OTHER, length = 0;
  MPI_Error_class(status, &kind);
  if (kind == MPI_ERR_NO_SPACE || kind == MPI_ERR_QUOTA) throw_full(path);
  char text[MPI_MAX_ERROR_STRING] = {};
  MPI_Error_string(status, text, &length);
  throw Error(path + ": " + what + ": " + std::string(text, static_cast<std::size_t>(length)));
}

}  // namespace

struct StackWriter::Impl {
  Impl(std::string name, const MrcHeader& what) : path(std::move(name)), header(what) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // When an exception unwinds this rank the others may be elsewhere and would never come to close the file.
  ~Impl() {
    if (descriptor >= 0) ::close(descriptor);
    if (file != MPI_FILE_NULL && !unwinding) MPI_File_close(&file);
  }

  bool is_open() const { return descriptor >= 0 || file != MPI_FILE_NULL; }

  void write(const char* from, std::size_t bytes, std::int64_t offset) {
    if (descriptor >= 0) return write_alone(from, bytes, offset);
    while (bytes > 0) {
      const std::size_t part = std::min(bytes, call_bytes);
      check_file(MPI_File_write_at(file, offset, from, static_cast<int>(part), MPI_BYTE, MPI_STATUS_IGNORE),
                 path, "cannot be written");
      from += part;
      offset += static_cast<std::int64_t>(part);
      bytes -= part;
    }
  }

  void write_alone(const char* from, std::size_t bytes, std::int64_t offset) const {
    while (bytes > 0) {
      const ssize_t put = ::pwrite(descriptor, from, bytes, offset);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) throw_full(path);
      if (put < 0) throw Error(path + ": cannot be written: " + std::generic_category().message(errno));
      from += put;
      offset += put;
      bytes -= static_cast<std::size_t>(put);
    }
  }

  void close() {
    flush();
    if (file != MPI_FILE_NULL) MPI_File_close(&file);
    if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
  }

  void flush() {
    if (waiting.empty()) return;
    write(waiting.data(), waiting.size(), header.data_offset + first * section_bytes(header));
    waiting.clear();
  }

  std::string path;
  MrcHeader header;
  MPI_File file = MPI_FILE_NULL;
  int descriptor = -1;               ///< instead, where one rank writes alone
  std::vector<char> waiting;         ///< consecutive sections as they will stand in the file
  std::int64_t first = 0, next = 0;  ///< of those waiting
  Unwinding unwinding;
};

StackWriter::StackWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StackWriter::~StackWriter() = default;

StackWriter StackWriter::create(const Communicator& comm, const std::string& path, const MrcHeader& header) {
  on_root(comm, [&] { create_mrc(path, header); });
  return open(comm, path);
}

StackWriter StackWriter::open(const Communicator& comm, const std::string& path) {
  MrcHeader header;
  collectively(comm, [&] {
    header = StackReader(path).header();
    if ((header.mode != 2 && header.mode != 12) || header.swapped) {
      throw Error(path +
                  ": cannot be written into: it is neither float32 nor float16 in this machine's byte "
                  "order");
    }
  });
  auto impl = std::make_unique<Impl>(path, header);
  if (comm.size() == 1) {
    impl->descriptor = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (impl->descriptor < 0)
      throw Error(path + ": cannot be opened for writing: " + std::generic_category().message(errno));
    return StackWriter(std::move(impl));
  }
  const int status = MPI_File_open(comm.handle(), path.c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL, &impl->file);
  collectively(comm, [&] { check_file(status, path, "cannot be opened for writing"); });
  return StackWriter(std::move(impl));
}

void StackWriter::append(std::int64_t section, std::span<const float> pixels) {
  Impl& it = *impl_;
  require(it.is_open(), "the stack is open");
  require(section >= 0 && section < it.header.sections &&
              static_cast<std::int64_t>(pixels.size()) == section_pixels(it.header),
          "the pixels are those of a section of the file");
  if (section != it.next) it.flush();
  if (it.waiting.empty()) it.first = section;
  try {
    encode_pixels(pixels, it.header.mode, it.waiting);
  } catch (const Error& error) {
    it.waiting.resize(static_cast<std::size_t>((section - it.first) * section_bytes(it.header)));
    throw Error(it.path + ", image " + std::to_string(section + 1) + ": " + error.what());
  }
  it.next = section + 1;
  if (it.waiting.size() >= piece_bytes) it.flush();
}

void StackWriter::flush() {
  impl_->flush();
}

void StackWriter::close() {
  impl_->close();
}

}  // namespace elastem
