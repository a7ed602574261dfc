#pragma once

#include <cstdint>
#include <string>

#include "alignment/aligner.hpp"
#include "cli/option_table.hpp"
#include "core/name_table.hpp"
#include "options/atom_model_option.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Whether reference and modes are those of the modes file.
enum class Rebase {
  off,
  automatic  ///< they are learnt from the images first
};

inline constexpr NamedValue<Rebase> rebase_names[] = {{Rebase::off, "off"}, {Rebase::automatic, "auto"}};
constexpr NameTable<Rebase> name_table(Rebase) {
  return rebase_names;
}

/// Options of `elastem align`.
struct AlignOptions {
  ParticleSource source;
  std::string modes_file, output;
  std::string modes;         ///< selection by number; empty: all enabled
  std::int64_t limit = 0;    ///< only the first so many particles; 0: all
  bool local = false;        ///< start from the poses of the input
  double mask_diameter = 0;  ///< Å; 0: no mask
  Rebase rebase = Rebase::off;
  bool learn_prior = false;  ///< improve every answer by the distribution of all
  AlignmentOptions alignment;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  CommonOptions common;
};

void declare(OptionTable& table, AlignOptions& o);

/// Where --rebase writes the modes that it learnt: beside the output, NAME_modes.h5.
std::string rebased_modes(const AlignOptions& o);

/// What to do with the result.
std::string next_step(const AlignOptions& o);

}  // namespace elastem::cli
