#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/atom_model_option.hpp"
#include "options/cutoff_option.hpp"
#include "options/map_options.hpp"
#include "options/mode_report_options.hpp"

namespace elastem::cli {

/// Options of `elastem modes`.
struct ModesOptions {
  std::string input, output;
  MapOptions map;               ///< instead of input
  std::string atoms = "all";    ///< all or ca
  double cutoff = 8;            ///< Å; 15 for ca; 0 for a map: from the spacing of its pseudoatoms
  CutoffOption relative;        ///< where the cut-off is relative, what it is made of
  int last_mode = 20;           ///< counted from 1 with the six rigid-body ones
  int block_residues = 0;       ///< residues a rigid block; 0: every atom moves by itself
  std::string solver = "auto";  ///< auto, scalapack or slepc
  bool mass_weighted = false;
  std::vector<std::string> chains;  ///< empty: all
  bool ligands = false;             ///< read ligands and ions too
  int model = 0;                    ///< as numbered in the file; 0: the first
  AtomModelOption atom_model;
  ModeReportOptions report;
  std::string import_file;  ///< takes the modes from it; empty: they are computed
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<ModesOptions> parse_modes_options(const std::vector<std::string>& arguments, std::string& help);

}  // namespace elastem::cli
