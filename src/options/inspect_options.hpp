#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem inspect`.
struct InspectOptions {
  ParticleSource source;  ///< any file that elastem knows; the rest is of particles
  std::string against;    ///< a second table of results; empty: none
  std::string rows;       ///< numbers and ranges from 1; empty: none
  int worst = 0;          ///< how many
  bool json = false;
  Matching matching;
  CommonOptions common;

  /// Whether a table of results is asked for what others cannot say.
  bool of_table() const { return !against.empty() || !rows.empty() || worst > 0 || json; }
};

void declare(OptionTable& table, InspectOptions& o);

/// What to do with the result.
std::string next_step(const InspectOptions& o);

}  // namespace elastem::cli
