#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem landscape`.
struct LandscapeOptions {
  std::string input, modes_file, output;
  int frames = 10;
  int replicates = 40;
  std::vector<std::string> coordinates;  ///< that a user defines (MotionCoordinate)
  std::vector<std::string> paths;        ///< ways that a user asks for (parse_ends)
  bool even_views = false;               ///< weigh particles by the inverse of the density of their views
  ParticleSource source;                 ///< particles whose images the page shows; no path: none
  SelectionOptions selection;
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
};

void declare(OptionTable& table, LandscapeOptions& o);

/// What to do with the result.
std::string next_step(const LandscapeOptions& o);

}  // namespace elastem::cli
