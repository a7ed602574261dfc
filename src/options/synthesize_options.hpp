#pragma once

#include <cstdint>
#include <string>

#include "cli/option_table.hpp"
#include "options/atom_model_option.hpp"
#include "options/matching_options.hpp"
#include "synthesis/recipe.hpp"

namespace elastem::cli {

/// Files that a recipe draws from; empty: it draws from its own numbers.
struct RecipeFiles {
  std::string amplitudes;      ///< of Relation::table
  std::string structures;      ///< file or folder of Relation::structures
  std::string views, optics;   ///< particle files whose angles, whose CTFs are taken
  std::string noise_spectrum;  ///< text table
};

/// How the files of a synthetic set are written.
struct SetFiles {
  bool float16 = false;    ///< pixels of the stack; otherwise float32
  int contact_sheet = 16;  ///< images shown; 0: no sheet
};

/// Options of `elastem synthesize`.
struct SynthesizeOptions {
  std::string modes_file, output;
  std::int64_t count = 1000;
  std::string modes;  ///< selection by number, e.g. "7-9"
  /// As far as the options say it: what follows from the model, the number of particles and the files is
  /// still to be filled in (amplitude, grid_points and background_radius, which are 0 unless given).
  Recipe recipe = reference_experiment();
  RecipeFiles sources;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  SetFiles files;
  Matching matching;  ///< of a table of amplitudes with the modes
  CommonOptions common;
};

void declare(OptionTable& table, SynthesizeOptions& o);

/// The files of a synthetic set.
struct ParticleOutputs {
  std::string particles, stack, truth_star, truth_table, contact_sheet;
};

/// The files beside `output`, a name that ends in .star. Throws Error for another.
ParticleOutputs particle_outputs(const std::string& output);

/// What to do with the result.
std::string next_step(const SynthesizeOptions& o);

}  // namespace elastem::cli
