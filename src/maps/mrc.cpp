#include "maps/mrc.hpp"

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace {

std::string reason_of(int code) {
  return std::strerror(code);
}

// Reads exactly `bytes`; false at the end of the file. Throws Error when the system refuses.
bool read_fully(int descriptor, char* to, std::int64_t bytes, std::int64_t offset, const std::string& path) {
  while (bytes > 0) {
    const auto got = ::pread(descriptor, to, static_cast<std::size_t>(bytes), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(path + ": cannot be read: " + reason_of(errno));
    if (got == 0) return false;
    to += got;
    offset += got;
    bytes -= got;
  }
  return true;
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

MrcHeader read_header(int descriptor, const std::string& path) {
  RawMrcHeader raw;
  if (!read_fully(descriptor, raw.data(), mrc_header_bytes, 0, path)) {
    throw Error(path + ": is no MRC file: it ends before byte 1024, within the header");
  }
  const MrcHeader header = parse_mrc_header(raw, path);
  struct ::stat status {};
  if (::fstat(descriptor, &status) != 0) throw Error(path + ": cannot be read: " + reason_of(errno));
  const std::int64_t needed = file_bytes(header);
  if (status.st_size < needed) {
    throw Error(fmt::format(
        "{}: is shorter than its header says: {} of {} bytes for {} sections of {}×{} pixels; the "
        "file was cut off, copy it again",
        path, status.st_size, needed, header.sections, header.columns, header.rows));
  }
  return header;
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

template <class Stored, class Convert>
void convert(const std::vector<char>& bytes, bool swapped, std::span<float> pixels, Convert value) {
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    if (swapped && sizeof(Stored) == 2)
      stored = static_cast<Stored>(__builtin_bswap16(static_cast<std::uint16_t>(stored)));
    pixels[i] = value(stored);
  }
}

float from_half(std::uint16_t bits) {
  return static_cast<float>(Eigen::half(Eigen::half_impl::raw_uint16_to_half(bits)));
}

}  // namespace

MrcReader::MrcReader(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw Error(path + ": cannot be opened: " + reason_of(errno));
  try {
    header_ = read_header(descriptor_, path_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

MrcReader::MrcReader(MrcReader&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      header_(other.header_) {}

MrcReader::~MrcReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void MrcReader::read(std::int64_t first, std::int64_t count, std::span<float> pixels) const {
  const std::int64_t each = section_pixels(header_);
  if (first < 0 || count < 0 || first + count > header_.sections) {
    throw Error(fmt::format("{}: has {} sections, but number {} was asked for", path_, header_.sections,
                            first + count));
  }
  require(static_cast<std::int64_t>(pixels.size()) == count * each, "the buffer does not fit the sections");
  const std::int64_t offset = header_.data_offset + first * section_bytes(header_);
  const std::int64_t bytes = count * section_bytes(header_);
  const auto load = [&](char* to) {
    if (!read_fully(descriptor_, to, bytes, offset, path_)) {
      throw Error(path_ + ": ended while it was read; it was shortened meanwhile");
    }
  };
  if (header_.mode == 2) {
    load(reinterpret_cast<char*>(pixels.data()));
    if (header_.swapped) {
      for (auto& pixel : pixels)
        pixel = std::bit_cast<float>(__builtin_bswap32(std::bit_cast<std::uint32_t>(pixel)));
    }
    return;
  }
  std::vector<char> stored(static_cast<std::size_t>(bytes));
  load(stored.data());
  const auto plain = [](auto value) { return static_cast<float>(value); };
  if (header_.mode == 0) convert<std::int8_t>(stored, header_.swapped, pixels, plain);
  if (header_.mode == 1) convert<std::int16_t>(stored, header_.swapped, pixels, plain);
  if (header_.mode == 6) convert<std::uint16_t>(stored, header_.swapped, pixels, plain);
  if (header_.mode == 12) convert<std::uint16_t>(stored, header_.swapped, pixels, from_half);
}

void create_mrc(const std::string& path, const MrcHeader& header) {
  const RawMrcHeader raw = compose_mrc_header(header, path);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) throw Error(path + ": cannot be created: " + reason_of(errno));
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
