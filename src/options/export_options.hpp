#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem export`.
struct ExportOptions {
  std::string input, output;
  ParticleSource source;  ///< without a path, the particles that the result was made from
  SelectionOptions selection;
  Matching matching;
  CommonOptions common;
};

void declare(OptionTable& table, ExportOptions& o);

/// What to do with the result.
std::string next_step(const ExportOptions& o);

}  // namespace elastem::cli
