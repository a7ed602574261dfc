#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maps/mrc_header.hpp"

namespace elastem {

/// Makes a file of mode 2 (float32) or 12 (float16) with its header and its full length on the disk, so that
/// a full disk is found here and not after hours; the pixels are 0. Throws Error; then there is no file.
void create_mrc(const std::string& path, const MrcHeader& header);

/// Appends pixels to `bytes` as they stand in a file of mode 2 or 12. Throws Error for a value that float16
/// cannot hold: beyond ±65504 there is only infinity.
void encode_pixels(std::span<const float> pixels, int mode, std::vector<char>& bytes);

}  // namespace elastem
