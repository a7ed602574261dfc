#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/map_options.hpp"

namespace elastem::cli {

/// Options of `elastem modes`.
struct ModesOptions {
  std::string input, output;
  MapOptions map;             ///< instead of input
  std::string atoms = "all";  ///< all or ca
  double cutoff = 8;          ///< Å; 15 for ca; 0 for a map: from the spacing of its pseudoatoms
  int last_mode = 20;         ///< counted from 1 with the six rigid-body ones
  bool mass_weighted = false;
  std::vector<std::string> chains;  ///< empty: all
  int model = 0;                    ///< as numbered in the file; 0: the first
  std::string atom_model = "gaussian";
  double atom_sigma = 1.5;  ///< Å; 2.5 for ca
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<ModesOptions> parse_modes_options(const std::vector<std::string>& arguments, std::string& help);

}  // namespace elastem::cli
