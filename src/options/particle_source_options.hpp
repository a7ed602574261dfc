#pragma once

#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// Adds the options of every command that reads a particle file: --datadir and --xmipp-negative-defocus.
void add_particle_source(CommandLine& line, std::string& datadir, bool& negative_defocus);

/// Adds --invert of commands that read the images themselves.
void add_inversion(CommandLine& line, bool& invert);

}  // namespace elastem::cli
