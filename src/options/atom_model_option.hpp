#pragma once

#include <optional>

#include "cli/option_table.hpp"
#include "imaging/atom_model.hpp"

namespace elastem::cli {

/// The density of the atoms as far as the user gave it.
struct AtomModelOption {
  std::optional<AtomDensity> density;
  std::optional<double> sigma;     ///< Å, of gaussian
  std::optional<double> b_factor;  ///< Å², of scattering
};

/// --atom-model, --atom-sigma and --b-factor of the command that makes a modes file.
void add_atom_model_options(OptionTable& table, AtomModelOption& option);
/// The same of a command that reads one and may see the atoms otherwise.
void add_atom_model_overrides(OptionTable& table, AtomModelOption& option);

}  // namespace elastem::cli
