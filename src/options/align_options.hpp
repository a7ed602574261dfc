#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/atom_model_option.hpp"

namespace elastem::cli {

/// Options of `elastem align`.
struct AlignOptions {
  std::string particles, modes_file, output, datadir;
  bool negative_defocus = false;  ///< of an XMD
  bool invert = false;            ///< dark molecules
  std::string modes;              ///< selection by number; empty: all enabled
  std::int64_t limit = 0;         ///< only the first so many particles; 0: all
  bool local = false;             ///< start from the poses of the input
  double max_resolution = 0, search_resolution = 0, angular_step = 18;
  double shift_range = 0;      ///< Å; 0: an eighth of the box
  double amplitude_range = 0;  ///< Å; 0: 4.9·√N
  double mask_diameter = 0;    ///< Å; 0: no mask
  int candidates = 60, finalists = 4;
  double library_memory_mib = 256;
  double defocus_spread = 0;                 ///< Å; 0: the defocus is not fitted
  double local_angle = 10, local_shift = 7;  ///< degrees, Å
  bool learn_prior = false;                  ///< improve every answer by the distribution of all
  AtomModelOption atom_model;                ///< where it differs from the modes file's
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<AlignOptions> parse_align_options(const std::vector<std::string>& arguments, std::string& help);

}  // namespace elastem::cli
