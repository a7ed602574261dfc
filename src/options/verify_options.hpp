#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "options/atom_model_option.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem verify`.
struct VerifyOptions {
  ParticleSource source;
  std::string alignment, modes_file, output;
  std::string decoy_modes;  ///< modes file of which decoys are made; empty: modes_file
  std::int64_t particles = 2000;
  int decoys = 6;
  double max_resolution = 0;  ///< Å; 0: that of the alignment
  SelectionOptions selection;
  AtomModelOption atom_model;
  Matching matching;
  CommonOptions common;
};

void declare(OptionTable& table, VerifyOptions& o);

/// A file of the output folder.
std::string in_folder(const VerifyOptions& o, const std::string& name);

/// What to do with the result.
std::string next_step(const VerifyOptions& o);

}  // namespace elastem::cli
