#pragma once

#include <string>

#include "maps/mrc_header.hpp"

namespace elastem {

/// Whether the first 1024 bytes of a file are a SPIDER header, in either byte order: numbers of pixels and
/// records, all as float32, that fit each other.
bool is_spider_header(const RawMrcHeader& raw);

/// What a SPIDER header says (the file format of the SPIDER documentation: image, volume, or stack of images)
/// in the terms of MRC; the pixels are float32. Throws Error that names `path`: Fourier transforms, stacks of
/// volumes, no image.
MrcHeader parse_spider_header(const RawMrcHeader& raw, const std::string& path);

}  // namespace elastem
