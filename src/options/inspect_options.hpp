#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem inspect`.
struct InspectOptions {
  ParticleSource source;  ///< any file that elastem knows; the rest is of particles
  CommonOptions common;
};

void declare(OptionTable& table, InspectOptions& o);

/// What to do with the result.
std::string next_step(const InspectOptions& o);

}  // namespace elastem::cli
