#pragma once

#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// The cut-off of `elastem modes`: a distance, or a percentile of the distances to the nearest neighbours.
struct CutoffOption {
  std::string text;    ///< as given; empty: not given
  double cutoff = 0;   ///< Å; 0: relative, or not given
  double percent = 0;  ///< 0: an absolute cut-off
  int neighbours = 0;  ///< of a relative one; 0: not given
};

void add_cutoff_options(CommandLine& line, CutoffOption& option);
/// Reads the text, "8" (Å) or "95%". Throws Error.
void parse_cutoff(const CommandLine& line, CutoffOption& option);

}  // namespace elastem::cli
