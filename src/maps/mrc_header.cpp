#include "maps/mrc_header.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace {

// Byte offsets of the header's fields (MRC2014, Cheng et al. 2015).
namespace at {
constexpr std::size_t nx = 0, mode = 12, nstart = 16, mx = 28, cell = 40, angles = 52, axes = 64, dmin = 76,
                      ispg = 88, nsymbt = 92, nversion = 108, origin = 196, map = 208, machst = 212,
                      rms = 216, nlabl = 220, label = 224;
}
using RawHeader = RawMrcHeader;

// Larger values are taken for a damaged header; products then stay within 64 bits.
constexpr std::int64_t largest_side = 1 << 20;
constexpr std::int64_t largest_file = std::int64_t{1} << 60;
constexpr std::int64_t largest_count = std::int64_t{1} << 31;
constexpr int modes_end = 256;  // a mode above is noise

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

// 0 for a mode that cannot be read.
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

// "" when the size and the mode make sense in this byte order, else the first that does not.
std::string nonsense(const RawHeader& raw, bool swapped) {
  constexpr const char* names[] = {"columns", "rows", "sections"};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t offset = at::nx + 4 * i;
    const auto value = integer(raw, offset, swapped);
    if (value <= 0 || (i < 2 && value > largest_side))
      return fmt::format("byte {}: {} {}", offset, value, names[i]);
  }
  const auto mode = integer(raw, at::mode, swapped);
  return mode >= 0 && mode < modes_end ? "" : fmt::format("byte 12: mode {}", mode);
}

enum class Stamp { little, big, unknown };

// The machine stamp, which many programs write wrongly.
Stamp stamp_of(const RawHeader& raw) {
  if (raw[at::machst] == 0x44) return Stamp::little;
  return raw[at::machst] == 0x11 ? Stamp::big : Stamp::unknown;
}

// The byte order in which the header makes sense; the stamp decides where both do (mode 0, sides that are
// multiples of 256).
bool is_swapped(const RawHeader& raw, const std::string& path) {
  const std::string native = nonsense(raw, false), foreign = nonsense(raw, true);
  const bool stamped = stamp_of(raw) == Stamp::big;
  if (native.empty() && foreign.empty()) return stamped;
  if (native.empty()) return false;
  if (foreign.empty()) return true;
  throw Error(path + ": " + (stamped ? foreign : native) +
              ": is no MRC file, or a damaged one; expected MRC2014 .mrc or .mrcs");
}

// Cell and origin of a map (MRC2014; as UCSF ChimeraX understands them). Axes that are not a permutation, as
// in old files, count as x, y, z.
void parse_space(const RawHeader& raw, MrcHeader& header) {
  header.thickness = integer(raw, at::mx + 8, header.swapped);
  std::array<int, 3> axes{}, seen{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axis = integer(raw, at::axes + 4 * i, header.swapped);
    if (axis < 1 || axis > 3) continue;
    axes[i] = axis - 1;
    seen[static_cast<std::size_t>(axes[i])] = 1;
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

// A space group says a volume; 400 more, a stack of volumes of MZ sections each.
void parse_kind(const RawHeader& raw, MrcHeader& header) {
  constexpr std::int32_t space_groups = 230, of_stacks = 400;
  const std::int32_t group = integer(raw, at::ispg, header.swapped),
                     thickness = integer(raw, at::mx + 8, header.swapped);
  header.volume = group >= 1 && group <= space_groups;
  if (group <= of_stacks || group > of_stacks + space_groups) return;
  header.volumes = thickness > 0 && header.sections % thickness == 0 ? header.sections / thickness : 1;
  header.volume = header.volumes == 1;
}

}  // namespace

std::int64_t section_pixels(const MrcHeader& header) {
  return header.rows * header.columns;
}

std::int64_t section_bytes(const MrcHeader& header) {
  return section_pixels(header) * bytes_per_pixel(header.mode);
}

std::int64_t file_bytes(const MrcHeader& header) {
  return header.data_offset + header.sections * (header.section_header + section_bytes(header));
}

MrcHeader parse_mrc_header(const RawMrcHeader& raw, const std::string& path) {
  MrcHeader header;
  header.swapped = is_swapped(raw, path);
  header.columns = integer(raw, at::nx, header.swapped);
  header.rows = integer(raw, at::nx + 4, header.swapped);
  header.sections = integer(raw, at::nx + 8, header.swapped);
  header.mode = integer(raw, at::mode, header.swapped);
  if (bytes_per_pixel(header.mode) == 0) {
    throw Error(fmt::format(
        "{}: byte 12: mode {} cannot be read; there are 0 (int8), 1 (int16), 2 (float32), 6 (uint16) "
        "and 12 (float16)",
        path, header.mode));
  }
  std::int64_t bytes = section_bytes(header);
  if (__builtin_mul_overflow(bytes, header.sections, &bytes) || bytes > largest_file) {
    throw Error(path + ": bytes 0-15: its header asks for more pixels than a file can hold; it is damaged");
  }
  const std::int64_t extended = integer(raw, at::nsymbt, header.swapped);
  if (extended < 0) {
    throw Error(fmt::format(
        "{}: byte 92: an extended header of negative length, {} bytes; the file is damaged", path, extended));
  }
  header.data_offset = mrc_header_bytes + extended;
  parse_kind(raw, header);
  const auto intervals = integer(raw, at::mx, header.swapped);
  const double cell = static_cast<double>(real(raw, at::cell, header.swapped));
  header.pixel_size = intervals > 0 && std::isfinite(cell) && cell > 0 ? cell / intervals : 0.0;
  parse_space(raw, header);
  return header;
}

RawMrcHeader compose_mrc_header(const MrcHeader& header, const std::string& path) {
  require(header.columns > 0 && header.rows > 0 && header.sections > 0, "an MRC file has pixels");
  require(header.mode == 2 || header.mode == 12, "float32 and float16 are written");
  require(header.data_offset == mrc_header_bytes && !header.swapped, "new files have the plain header");
  std::int64_t bytes = 0;
  if (header.columns > largest_side || header.rows > largest_side || header.sections >= largest_count ||
      __builtin_mul_overflow(section_bytes(header), header.sections, &bytes)) {
    throw Error(fmt::format("{}: an MRC file cannot hold {} sections of {}×{} pixels", path, header.sections,
                            header.columns, header.rows));
  }
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
    put(raw, at::origin + 4 * axis, static_cast<float>(header.origin[axis]));
  }
  put(raw, at::mode, std::int32_t{header.mode});
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

}  // namespace elastem
