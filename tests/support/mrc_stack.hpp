#pragma once

#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "maps/mrc.hpp"

namespace elastem {

/// A whole stack or map with its pixels, section after section.
inline void write_mrc(const std::string& path, const MrcHeader& header, std::span<const float> pixels) {
  create_mrc(path, header);
  std::vector<char> bytes;
  encode_pixels(pixels, header.mode, bytes);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(header.data_offset);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace elastem
