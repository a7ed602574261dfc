#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"

namespace elastem::cli {

/// Options of `elastem rebase`.
struct RebaseOptions {
  std::string input, modes_file, output;
  std::string at;   ///< amplitudes "7=120,8=-30"; empty: of the particles
  int frame = 0;    ///< of the landscape's trajectory, counted from 1; 0: the mean of all particles
  int frames = 10;  ///< that the trajectory has
  std::string particles =
      "particles.star";  ///< that the result was made from, with the options by which they were read
  int last_mode = 20;    ///< of the new modes, counted with the six rigid-body ones
  bool with_outliers = false;
  SelectionOptions selection;
  Matching matching;
  CommonOptions common;
};

void declare(OptionTable& table, RebaseOptions& o);

/// The conformation as a PDB file beside the output.
std::string structure_of(const RebaseOptions& o);

/// What to do with the result.
std::string next_step(const RebaseOptions& o);

}  // namespace elastem::cli
