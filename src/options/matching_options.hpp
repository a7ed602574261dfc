#pragma once

#include <cstdint>
#include <string>

#include "cli/option_table.hpp"

namespace elastem::cli {

/// What a command does with files that do not belong together.
struct Matching {
  bool accept_mismatch = false;  ///< go on after a warning where it would refuse them
};

/// --accept-mismatch of a command that reads a table of results together with other files.
void add_matching(OptionTable& table, Matching& matching);

/// --with-outliers of a command that leaves the particles out that the structure does not explain.
void add_with_outliers(OptionTable& table, bool& with_outliers);

/// Says of how many a command left out, and what uses them.
std::string outliers_left_out(std::int64_t count);

}  // namespace elastem::cli
