#include "maps/spider_header.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace {

// The places of the header's words of four bytes, from 0 (SPIDER's own count begins at 1).
namespace word {
constexpr std::size_t slices = 0, rows = 1, form = 4, columns = 11, header_records = 12, header_bytes = 21,
                      record_bytes = 22, stack = 23, images = 25, pixel_size = 37;
}

constexpr float largest_side = 1 << 20;
constexpr double least_pixel = 0.01, largest_pixel = 1000;  // Å

float number(const RawMrcHeader& raw, std::size_t at, bool swapped) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, raw.data() + 4 * at, 4);
  return std::bit_cast<float>(swapped ? __builtin_bswap32(bits) : bits);
}

// Whether the numbers that say one thing in several ways agree.
bool fits(const RawMrcHeader& raw, bool swapped) {
  const auto is_count = [&](std::size_t at) {
    const float value = number(raw, at, swapped);
    return value >= 1 && value <= largest_side && value == std::floor(value);
  };
  for (const std::size_t at : {word::slices, word::rows, word::columns, word::header_records})
    if (!is_count(at)) return false;
  const float form = number(raw, word::form, swapped), record = number(raw, word::record_bytes, swapped);
  return form == std::floor(form) && std::abs(form) < 100 &&
         record == 4 * number(raw, word::columns, swapped) &&
         number(raw, word::header_bytes, swapped) == record * number(raw, word::header_records, swapped);
}

}  // namespace

bool is_spider_header(const RawMrcHeader& raw) {
  return fits(raw, false) || fits(raw, true);
}

MrcHeader parse_spider_header(const RawMrcHeader& raw, const std::string& path) {
  MrcHeader header;
  header.format = MrcHeader::Format::spider;
  header.swapped = !fits(raw, false);
  const auto count = [&](std::size_t at) {
    return static_cast<std::int64_t>(number(raw, at, header.swapped));
  };
  const auto form = count(word::form), slices = count(word::slices);
  if (form != 1 && form != 3) {
    throw Error(fmt::format(
        "{}: is a SPIDER file of type {}{}; give one of an image or images (1) or of a volume (3)", path,
        form, form < 0 ? ", a Fourier transform" : ""));
  }
  header.columns = count(word::columns);
  header.rows = count(word::rows);
  header.sections = slices;
  header.data_offset = count(word::header_bytes);
  header.volume = slices > 1;
  const float stack = number(raw, word::stack, header.swapped);
  if (stack > 0) {
    const float images = number(raw, word::images, header.swapped);
    if (!(images >= 1 && images < 0x1p31F && images == std::floor(images)))
      throw Error(
          fmt::format("{}: is a SPIDER stack that says it holds {:g} images; it is damaged", path, images));
    header.volumes = slices > 1 ? static_cast<std::int64_t>(images) : 0;
    header.sections = slices > 1 ? slices : static_cast<std::int64_t>(images);
    if (header.volumes > 1) {
      throw Error(fmt::format(
          "{}: is a SPIDER stack of {} volumes of {}×{}×{} voxels; images are needed, or one volume", path,
          header.volumes, header.columns, header.rows, slices));
    }
    header.section_header = header.volume ? 0 : header.data_offset;
    if (header.volume) header.data_offset *= 2;
  }
  const auto pixel = static_cast<double>(number(raw, word::pixel_size, header.swapped));
  header.pixel_size = pixel >= least_pixel && pixel <= largest_pixel ? pixel : 0;
  header.thickness = header.volume ? header.sections : 1;
  header.voxel_size.fill(header.pixel_size);
  return header;
}

}  // namespace elastem
