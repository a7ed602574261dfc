#include "io/mrc.hpp"

#include <algorithm>
#include <array>
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

#include "core/error.hpp"

namespace elastem {

namespace {

// Byte offsets of the header's fields (MRC2014, Cheng et al. 2015).
namespace at {
constexpr std::size_t nx = 0, mode = 12, nstart = 16, mx = 28, cell = 40, angles = 52, axes = 64, dmin = 76,
                      ispg = 88, nsymbt = 92, nversion = 108, origin = 196, map = 208, machst = 212,
                      rms = 216, nlabl = 220, label = 224;
}
constexpr std::size_t header_bytes = 1024;
using RawHeader = std::array<char, header_bytes>;

// Larger values are taken for a damaged header; products then stay within 64 bits.
constexpr std::int64_t largest_side = 1 << 20;
constexpr std::int64_t largest_file = std::int64_t{1} << 60;
constexpr std::int64_t largest_count = std::int64_t{1} << 31;

std::uint32_t swap_bytes(std::uint32_t v) {
  return __builtin_bswap32(v);
}

std::int32_t integer(const RawHeader& raw, std::size_t offset, bool swapped) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, raw.data() + offset, 4);
  return std::bit_cast<std::int32_t>(swapped ? swap_bytes(bits) : bits);
}

float real(const RawHeader& raw, std::size_t offset, bool swapped) {
  return std::bit_cast<float>(integer(raw, offset, swapped));
}

template <class T>
void put(RawHeader& raw, std::size_t offset, T value) {
  static_assert(sizeof(T) == 4);
  std::memcpy(raw.data() + offset, &value, 4);
}

std::int64_t bytes_per_pixel(int mode) {
  switch (mode) {
    case 0:
      return 1;
    case 1:
    case 6:
    case 12:
      return 2;
    case 2:
      return 4;
    default:
      return 0;
  }
}

std::int64_t section_pixels(const MrcHeader& header) {
  return header.rows * header.columns;
}

std::int64_t file_bytes(const MrcHeader& header) {
  return header.data_offset + header.sections * section_pixels(header) * bytes_per_pixel(header.mode);
}

bool plausible(const RawHeader& raw, bool swapped) {
  const auto columns = integer(raw, at::nx, swapped), rows = integer(raw, at::nx + 4, swapped);
  const auto sections = integer(raw, at::nx + 8, swapped), mode = integer(raw, at::mode, swapped);
  return columns > 0 && columns <= largest_side && rows > 0 && rows <= largest_side && sections > 0 &&
         mode >= 0 && mode < 256;
}

// Cell and origin of a map (MRC2014; as UCSF ChimeraX understands them). Axes that are not a permutation, as
// in old files, count as x, y, z.
void parse_space(const RawHeader& raw, MrcHeader& header) {
  header.thickness = integer(raw, at::mx + 8, header.swapped);
  std::array<int, 3> axes{}, seen{};
  for (std::size_t i = 0; i < 3; ++i) {
    axes[i] = integer(raw, at::axes + 4 * i, header.swapped) - 1;
    if (axes[i] >= 0 && axes[i] < 3) seen[static_cast<std::size_t>(axes[i])] = 1;
  }
  if (seen == std::array<int, 3>{1, 1, 1}) header.axes = axes;
  bool shifted = false;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto intervals = integer(raw, at::mx + 4 * i, header.swapped);
    const auto cell = static_cast<double>(real(raw, at::cell + 4 * i, header.swapped));
    header.voxel_size[i] = intervals > 0 && std::isfinite(cell) && cell > 0 ? cell / intervals : 0.0;
    header.cell_angles[i] = static_cast<double>(real(raw, at::angles + 4 * i, header.swapped));
    const auto origin = static_cast<double>(real(raw, at::origin + 4 * i, header.swapped));
    header.origin[i] = std::isfinite(origin) ? origin : 0;
    shifted = shifted || header.origin[i] != 0;
  }
  if (shifted) return;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axis = static_cast<std::size_t>(header.axes[i]);
    header.origin[axis] = integer(raw, at::nstart + 4 * i, header.swapped) * header.voxel_size[axis];
  }
}

MrcHeader parse(const RawHeader& raw, const std::string& path) {
  MrcHeader header;
  if (!plausible(raw, false)) {
    if (!plausible(raw, true)) {
      throw Error(
          path +
          ": is no MRC file (its header names no sensible image size); expected MRC2014 .mrc or .mrcs");
    }
    header.swapped = true;
  }
  header.columns = integer(raw, at::nx, header.swapped);
  header.rows = integer(raw, at::nx + 4, header.swapped);
  header.sections = integer(raw, at::nx + 8, header.swapped);
  header.mode = integer(raw, at::mode, header.swapped);
  if (bytes_per_pixel(header.mode) == 0) {
    throw Error(path + ": MRC mode " + std::to_string(header.mode) +
                " cannot be read; there are 0 (int8), 1 (int16), 2 (float32), 6 (uint16) and 12 (float16)");
  }
  std::int64_t bytes = header.columns * header.rows * bytes_per_pixel(header.mode);
  if (__builtin_mul_overflow(bytes, header.sections, &bytes) || bytes > largest_file) {
    throw Error(path + ": its MRC header asks for more pixels than a file can hold; it is damaged");
  }
  const std::int64_t extended = integer(raw, at::nsymbt, header.swapped);
  if (extended < 0)
    throw Error(path + ": its MRC header says that the extended header has a negative length");
  header.data_offset = static_cast<std::int64_t>(header_bytes) + extended;
  header.volume = integer(raw, at::ispg, header.swapped) == 1;
  const auto intervals = integer(raw, at::mx, header.swapped);
  const double cell = static_cast<double>(real(raw, at::cell, header.swapped));
  header.pixel_size = intervals > 0 && std::isfinite(cell) && cell > 0 ? cell / intervals : 0.0;
  parse_space(raw, header);
  return header;
}

RawHeader compose(const MrcHeader& header) {
  RawHeader raw{};
  const auto columns = static_cast<std::int32_t>(header.columns),
             rows = static_cast<std::int32_t>(header.rows),
             sections = static_cast<std::int32_t>(header.sections);
  const std::array<std::int32_t, 3> size = {columns, rows, sections};
  // A stack of images is one section thick (MRC2014: MZ = 1 when ISPG = 0).
  const std::array<std::int32_t, 3> intervals = {columns, rows, header.volume ? sections : 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    put(raw, at::nx + 4 * axis, size[axis]);
    put(raw, at::mx + 4 * axis, intervals[axis]);
    put(raw, at::cell + 4 * axis, static_cast<float>(intervals[axis] * header.pixel_size));
    put(raw, at::angles + 4 * axis, 90.0F);
    put(raw, at::axes + 4 * axis, static_cast<std::int32_t>(axis + 1));
  }
  put(raw, at::mode, std::int32_t{2});
  // Many ranks write the pixels, so their statistics are marked as not determined: DMAX < DMIN, DMEAN below
  // both, RMS negative.
  put(raw, at::dmin, 0.0F);
  put(raw, at::dmin + 4, -1.0F);
  put(raw, at::dmin + 8, -2.0F);
  put(raw, at::rms, -1.0F);
  put(raw, at::ispg, std::int32_t{header.volume ? 1 : 0});
  put(raw, at::nversion, std::int32_t{20140});
  std::memcpy(raw.data() + at::map, "MAP ", 4);
  static_assert(std::endian::native == std::endian::little, "the machine stamp below is little-endian's");
  std::memcpy(raw.data() + at::machst, "\x44\x44\x00\x00", 4);
  put(raw, at::nlabl, std::int32_t{1});
  constexpr char text[] = "elastem";
  std::memset(raw.data() + at::label, ' ', 80);
  std::memcpy(raw.data() + at::label, text, sizeof text - 1);
  return raw;
}

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
  RawHeader raw;
  if (!read_fully(descriptor, raw.data(), header_bytes, 0, path)) {
    throw Error(path + ": is no MRC file: shorter than a header of 1024 bytes");
  }
  const MrcHeader header = parse(raw, path);
  struct ::stat status {};
  if (::fstat(descriptor, &status) != 0) throw Error(path + ": cannot be read: " + reason_of(errno));
  const std::int64_t needed = file_bytes(header);
  if (status.st_size < needed) {
    throw Error(path + ": is shorter than its header says: " + std::to_string(status.st_size) + " of " +
                std::to_string(needed) + " bytes for " + std::to_string(header.sections) + " sections of " +
                std::to_string(header.columns) + "×" + std::to_string(header.rows) +
                " pixels; the file was cut off, copy it again");
  }
  return header;
}

// Gives the file its full length on the disk now, so that a full disk is found at the start, not after hours.
void reserve(int descriptor, std::int64_t bytes, const std::string& path) {
  const auto full = [&] {
    return Error(path + ": no room on the disk for " + std::to_string((bytes + (1 << 20) - 1) >> 20) +
                 " MiB; free some or write elsewhere");
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

MrcReader& MrcReader::operator=(MrcReader&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(header_, other.header_);
  return *this;
}

MrcReader::~MrcReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void MrcReader::read(std::int64_t first, std::int64_t count, std::span<float> pixels) const {
  const std::int64_t each = section_pixels(header_);
  if (first < 0 || count < 0 || first + count > header_.sections) {
    throw Error(path_ + ": has " + std::to_string(header_.sections) + " sections, but number " +
                std::to_string(first + count) + " was asked for");
  }
  require(static_cast<std::int64_t>(pixels.size()) == count * each, "the buffer does not fit the sections");
  const std::int64_t width = bytes_per_pixel(header_.mode);
  const std::int64_t offset = header_.data_offset + first * each * width, bytes = count * each * width;
  const auto load = [&](char* to) {
    if (!read_fully(descriptor_, to, bytes, offset, path_)) {
      throw Error(path_ + ": ended while it was read; it was shortened meanwhile");
    }
  };
  if (header_.mode == 2) {
    load(reinterpret_cast<char*>(pixels.data()));
    if (header_.swapped) {
      for (auto& pixel : pixels)
        pixel = std::bit_cast<float>(swap_bytes(std::bit_cast<std::uint32_t>(pixel)));
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

MrcWriter MrcWriter::create(const std::string& path, const MrcHeader& header) {
  require(header.columns > 0 && header.rows > 0 && header.sections > 0, "an MRC file has pixels");
  if (header.columns > largest_side || header.rows > largest_side || header.sections >= largest_count) {
    throw Error(path + ": an MRC file cannot hold " + std::to_string(header.sections) + " sections of " +
                std::to_string(header.columns) + "×" + std::to_string(header.rows) + " pixels");
  }
  MrcWriter writer;
  writer.path_ = path;
  writer.header_ = header;
  writer.header_.mode = 2;
  writer.header_.swapped = false;
  writer.header_.data_offset = static_cast<std::int64_t>(header_bytes);
  writer.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (writer.descriptor_ < 0) throw Error(path + ": cannot be created: " + reason_of(errno));
  try {
    reserve(writer.descriptor_, file_bytes(writer.header_), path);
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
  const RawHeader raw = compose(writer.header_);
  write_fully(writer.descriptor_, raw.data(), header_bytes, 0, path);
  return writer;
}

MrcWriter MrcWriter::open(const std::string& path) {
  MrcWriter writer;
  writer.path_ = path;
  writer.descriptor_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (writer.descriptor_ < 0) throw Error(path + ": cannot be opened for writing: " + reason_of(errno));
  writer.header_ = read_header(writer.descriptor_, path);
  if (writer.header_.mode != 2 || writer.header_.swapped) {
    throw Error(path + ": cannot be written into: it is not float32 in this machine's byte order");
  }
  return writer;
}

MrcWriter::MrcWriter(MrcWriter&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      header_(other.header_) {}

MrcWriter& MrcWriter::operator=(MrcWriter&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(header_, other.header_);
  return *this;
}

MrcWriter::~MrcWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void MrcWriter::write(std::int64_t first, std::span<const float> pixels) {
  const std::int64_t each = section_pixels(header_), values = static_cast<std::int64_t>(pixels.size());
  require(values % each == 0 && first >= 0 && first + values / each <= header_.sections,
          "the pixels do not fit the file's sections");
  const std::int64_t width = bytes_per_pixel(header_.mode);
  write_fully(descriptor_, reinterpret_cast<const char*>(pixels.data()), values * width,
              header_.data_offset + first * each * width, path_);
}

}  // namespace elastem
