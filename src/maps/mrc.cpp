#include "maps/mrc.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

#include <Eigen/Core>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace {

std::string reason_of(int code) {
  return std::strerror(code);
}

void write_fully(int descriptor, const char* from, std::int64_t bytes, std::int64_t offset,
                 const std::string& path) {
  while (bytes > 0) {
    const auto put = ::pwrite(descriptor, from, static_cast<std::size_t>(bytes), offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw Error(path + ": cannot be written: " + reason_of(errno));
    from += put;
    offset += put;
    bytes -= put;
  }
}

// The file has this name alone, so that nothing else is written into.
void require_own_name(int descriptor, const std::string& path) {
  struct ::stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1)
    throw Error(path + ": cannot be created: it is no regular file, or has another name as well; remove it");
  if (::ftruncate(descriptor, 0) != 0) throw Error(path + ": cannot be written: " + reason_of(errno));
}

// Gives the file its full length on the disk now, so that a full disk is found at the start, not after hours.
void reserve(int descriptor, std::int64_t bytes, const std::string& path) {
  const auto full = [&] {
    return Error(fmt::format("{}: no room on the disk for {} MiB; free some or write elsewhere", path,
                             (bytes + (1 << 20) - 1) >> 20));
  };
  if (::fallocate(descriptor, 0, 0, bytes) == 0) return;
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) throw full();
  struct ::statvfs disk {};
  if (::fstatvfs(descriptor, &disk) == 0 &&
      static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) < static_cast<double>(bytes)) {
    throw full();
  }
  if (::ftruncate(descriptor, bytes) != 0) throw Error(path + ": cannot be written: " + reason_of(errno));
}

}  // namespace

void create_mrc(const std::string& path, const MrcHeader& header) {
  const RawMrcHeader raw = compose_mrc_header(header, path);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
  if (descriptor < 0) throw Error(path + ": cannot be created: " + reason_of(errno));
  try {
    require_own_name(descriptor, path);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  try {
    reserve(descriptor, file_bytes(header), path);
    write_fully(descriptor, raw.data(), mrc_header_bytes, 0, path);
  } catch (...) {
    ::close(descriptor);
    ::unlink(path.c_str());
    throw;
  }
  ::close(descriptor);
}

void encode_pixels(std::span<const float> pixels, int mode, std::vector<char>& bytes) {
  require(mode == 2 || mode == 12, "float32 and float16 are written");
  if (mode == 2) {
    const char* from = reinterpret_cast<const char*>(pixels.data());
    bytes.insert(bytes.end(), from, from + pixels.size_bytes());
    return;
  }
  const std::size_t begin = bytes.size();
  bytes.resize(begin + pixels.size() * sizeof(std::uint16_t));
  char* to = bytes.data() + begin;
  for (const float pixel : pixels) {
    // Values up to 65520 round to the largest number, 65504.
    if (!(std::abs(pixel) < 65520)) {
      throw Error(fmt::format("a pixel of {:f} does not fit into float16, which ends at 65504; write float32",
                              pixel));
    }
    const std::uint16_t half = Eigen::half(pixel).x;
    std::memcpy(to, &half, sizeof half);
    to += sizeof half;
  }
}

}  // namespace elastem
