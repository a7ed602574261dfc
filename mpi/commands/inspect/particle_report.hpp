#pragma once

#include <string>

#include "particles/particle_file.hpp"

namespace elastem {

/// Prints what a particle file holds: particles, stacks, boxes, optics groups, CTF, how views and origins are
/// spread, what is wrong, which labels are read, and whether the truth lies beside it. One rank, row by row.
/// Throws Error for a value that cannot be used.
void report_particles(const ParticleSource& source);

/// Prints the header of a stack or map and the statistics of its first images. Throws Error: see StackReader.
void report_images(const std::string& path);

}  // namespace elastem
