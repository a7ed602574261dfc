#pragma once

#include "cli/option_table.hpp"

namespace elastem::cli {

/// A cut-off of `elastem modes` that is a percentile of the distances of each node to its nearest neighbours.
struct CutoffOption {
  double percent = 0;  ///< 0: the cut-off is a distance
  int neighbours = 0;  ///< 0: not given
};

/// --cutoff, "8" (Å, to `distance`) or "95%", and --neighbours.
void add_cutoff_options(OptionTable& table, CutoffOption& relative, double& distance);

}  // namespace elastem::cli
