#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace elastem {

struct SpiderShape {
  int columns = 1, rows = 1, slices = 1;
  int images = 0;  ///< of a stack; 0: no stack
  bool swapped = false;
  float pixel_size = 0;
  int form = 0;  ///< SPIDER's type; 0: 1 of images, 3 of volumes
};

/// A SPIDER file byte by byte, after the format's documentation: the header is as many records of one row as
/// 1024 bytes need; a stack has a header of its own and one before each image.
inline std::string spider_file(const SpiderShape& shape, const std::vector<float>& pixels) {
  const int record = 4 * shape.columns, records = (1024 + record - 1) / record, header = record * records;
  std::string file;
  const auto put = [&](std::size_t at, float value) {
    auto bits = std::bit_cast<std::uint32_t>(value);
    if (shape.swapped) bits = __builtin_bswap32(bits);
    std::memcpy(file.data() + at, &bits, 4);
  };
  const auto add_header = [&](bool of_stack, int number) {
    const std::size_t at = file.size();
    file.resize(at + static_cast<std::size_t>(header));
    const auto word = [&](std::size_t place, int value) { put(at + 4 * place, static_cast<float>(value)); };
    word(0, shape.slices);
    word(1, shape.rows);
    word(2, shape.rows * shape.slices + records);
    word(4, shape.form != 0 ? shape.form : shape.slices > 1 ? 3 : 1);
    word(11, shape.columns);
    word(12, records);
    word(21, header);
    word(22, record);
    word(23, of_stack ? 2 : 0);
    word(25, of_stack ? shape.images : 0);
    word(26, number);
    put(at + 4 * 37, shape.pixel_size);
  };
  const auto each = static_cast<std::size_t>(shape.columns * shape.rows * shape.slices);
  if (shape.images > 0) add_header(true, 0);
  for (std::size_t first = 0; first < pixels.size(); first += each) {
    add_header(false, shape.images > 0 ? static_cast<int>(first / each) + 1 : 0);
    for (std::size_t i = first; i < first + each && i < pixels.size(); ++i) {
      file.resize(file.size() + 4);
      put(file.size() - 4, pixels[i]);
    }
  }
  return file;
}

}  // namespace elastem
