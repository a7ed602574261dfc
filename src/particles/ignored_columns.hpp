#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "particles/particle_file.hpp"

namespace elastem {

/// What says something of the images that is not taken into account, among the rows first … first+count−1:
/// labels of RELION for beam tilt, aberrations, anisotropic magnification and scale whose values are not
/// neutral (0; 1 for a scale; the identity), of the optics groups or the particles, or the like fields of a
/// .cs file. Sorted. Throws Error, see ParticleFile::for_each.
std::vector<std::string> ignored_columns(const ParticleFile& file, std::int64_t first, std::int64_t count);

/// What that means for a result: a sentence; "" where `names` is empty.
std::string ignored_warning(const std::string& path, const std::vector<std::string>& names);

}  // namespace elastem
