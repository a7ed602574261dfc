#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem reconstruct`.
struct ReconstructOptions {
  ParticleSource source;
  std::string alignment, output, reference;
  double max_resolution = 0;     ///< Å; 0: Nyquist
  double mask_radius = 0;        ///< Å; 0: no mask
  double regularisation = 1e-3;  ///< of the weight that images without a CTF would have
  SelectionOptions selection;
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
};

void declare(OptionTable& table, ReconstructOptions& o);

/// What to do with the result.
std::string next_step(const ReconstructOptions& o);

}  // namespace elastem::cli
