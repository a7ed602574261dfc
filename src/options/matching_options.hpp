#pragma once

#include "cli/command_line.hpp"

namespace elastem::cli {

/// What a command does with files that do not belong together.
struct Matching {
  bool accept_mismatch = false;  ///< go on after a warning where it would refuse them
};

/// --accept-mismatch of a command that reads a table of results together with other files.
void add_matching(CommandLine& line, Matching& matching);

/// --with-outliers of a command that leaves the particles out that the structure does not explain.
void add_with_outliers(CommandLine& line, bool& with_outliers);

}  // namespace elastem::cli
