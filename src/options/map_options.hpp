#pragma once

#include <optional>
#include <string>

#include "cli/option_table.hpp"

namespace elastem::cli {

/// A density map instead of a structure, and the pseudoatoms that describe it.
struct MapOptions {
  std::string file;                 ///< empty: a structure is read
  std::optional<double> threshold;  ///< density; none: automatic
  std::string mask;                 ///< empty: none
  double voxel_size = 0;            ///< Å; 0: of the map's header
  double error = 5;                 ///< percent of the map's range
  double sigma = 0;                 ///< of a pseudoatom, Å; 0: the blur of the map
  std::string pseudoatoms;          ///< PDB file to write; empty: none
};

/// The options of a map, and the checks of what goes with a map and what with a structure.
void add_map_options(OptionTable& table, MapOptions& options);

}  // namespace elastem::cli
