#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace elastem {

/// A picture of 8-bit grey values, 0 black, row after row from the top.
struct GreyPicture {
  GreyPicture(int w, int h, std::uint8_t grey = 0)
      : width(w), height(h), pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), grey) {}

  std::uint8_t& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }

  int width, height;
  std::vector<std::uint8_t> pixels;
};

/// Writes it as PNG, as a NewFile. Throws Error when it cannot be written.
void write_png(const std::string& path, const GreyPicture& picture);

}  // namespace elastem
