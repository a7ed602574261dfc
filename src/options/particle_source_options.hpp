#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Adds the options of every command that reads a particle file: --datadir and --xmipp-negative-defocus.
void add_particle_source(OptionTable& table, ParticleSource& source);

/// Adds --invert of commands that read the images themselves.
void add_inversion(OptionTable& table, ParticleSource& source);

}  // namespace elastem::cli
