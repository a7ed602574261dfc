#pragma once

#include <string>

#include "imaging/particle.hpp"

namespace elastem {

/// What names a particle's image in every table: "INDEX@STACK", e.g. "12@stacks/a.mrcs". INDEX counts from 1
/// without leading zeros; STACK is the path of the particle file without what means nothing in it ("./",
/// "//", "x/../"). Two particles of one file have equal keys if they are one image of one path; a file
/// elsewhere may name the same stack by another path.
std::string particle_key(const Particle& particle);

}  // namespace elastem
