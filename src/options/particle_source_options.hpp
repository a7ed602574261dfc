#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// How the names of particle files end, and of stacks, which may stand for them.
std::vector<std::string> particle_names();
std::vector<std::string> stack_names();

/// Adds the options of every command that reads a particle file: --datadir, --stack, --pixel-size,
/// --passthrough and --negative-defocus.
void add_particle_source(OptionTable& table, ParticleSource& source);

/// " --stack FILE --invert": what was given of these, as words of a command line, each after a blank.
std::string source_words(const ParticleSource& source);

/// The truth of a synthetic set, truth.h5 beside its particle file; "" where there is none.
std::string truth_beside(const std::string& particles);

/// Adds --invert of commands that read the images themselves.
void add_inversion(OptionTable& table, ParticleSource& source);

}  // namespace elastem::cli
