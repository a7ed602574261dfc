#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "modes/local_rotation.hpp"
#include "modes/mode_solver.hpp"
#include "options/atom_model_option.hpp"
#include "options/cutoff_option.hpp"
#include "options/map_options.hpp"
#include "options/mode_report_options.hpp"
#include "structure/structure_file.hpp"

namespace elastem::cli {

/// Options of `elastem modes`.
struct ModesOptions {
  std::string input, output;
  MapOptions map;  ///< instead of input
  StructureSelection selection;
  double cutoff = 0;            ///< Å; 0: still to be found, of a relative cut-off or a map
  bool default_cutoff = false;  ///< nobody gave one
  CutoffOption relative;        ///< where the cut-off is relative, what it is made of
  int last_mode = 20;           ///< counted from 1 with the six rigid-body ones
  int block_residues = 0;       ///< residues per rigid block; 0: every atom moves by itself
  Solver solver = Solver::automatic;
  bool mass_weighted = false;
  Motion motion = Motion::curved;  ///< what the file says to every other command
  AtomModelOption atom_model;
  ModeReportOptions report;
  std::string import_file;  ///< takes the modes from it; empty: they are computed
  CommonOptions common;

  /// What the nodes are: "all", "ca" or "pseudoatoms".
  std::string nodes() const { return map.file.empty() ? name_of(selection.nodes) : "pseudoatoms"; }
};

void declare(OptionTable& table, ModesOptions& o);

/// What to do with the result.
std::string next_step(const ModesOptions& o);

}  // namespace elastem::cli
