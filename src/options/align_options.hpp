#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
  std::vector<std::string> modes_files;  ///< as given
  std::string modes_file;                ///< the first of them
  std::vector<std::string> anchors;      ///< the others
  std::string output;
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

/// Whether the run makes a modes file of its own: learnt ones, or those of several files together.
bool makes_modes(const AlignOptions& o);
/// Where it writes it: beside the output, NAME_modes.h5.
std::string made_modes(const AlignOptions& o);

/// What to do with the result.
std::string next_step(const AlignOptions& o);

}  // namespace elastem::cli
