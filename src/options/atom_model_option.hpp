#pragma once

#include <optional>
#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// The density of the atoms as far as the user gave it.
struct AtomModelOption {
  std::optional<std::string> density;  ///< gaussian or scattering
  std::optional<double> sigma;         ///< Å, of gaussian
  std::optional<double> b_factor;      ///< Å², of scattering
};

/// --atom-model, --atom-sigma and --b-factor of the command that makes a modes file.
void add_atom_model_options(CommandLine& line, AtomModelOption& option);
/// The same of a command that reads one and may see the atoms otherwise.
void add_atom_model_overrides(CommandLine& line, AtomModelOption& option);
/// Throws Error for a number that makes no sense. After CommandLine::parse.
void check_atom_model(const AtomModelOption& option);

}  // namespace elastem::cli
