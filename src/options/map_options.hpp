#pragma once

#include <optional>
#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// A density map instead of a structure, and the pseudoatoms that describe it.
struct MapOptions {
  std::string file;                 ///< empty: a structure is read
  std::optional<double> threshold;  ///< density; none: automatic
  std::string mask;                 ///< empty: none
  double error = 5;                 ///< percent of the map's range
  double sigma = 0;                 ///< of a pseudoatom, Å; 0: the blur of the map
  std::string pseudoatoms;          ///< PDB file to write; empty: none
};

void add_map_options(CommandLine& line, MapOptions& options);
/// Throws Error for values that make no sense, and for options that do
/// not go with a map, or with a structure.
void check_map(const CommandLine& line, const MapOptions& options);

}  // namespace elastem::cli
