#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/matching_options.hpp"

namespace elastem::cli {

/// Options of `elastem reconstruct`.
struct ReconstructOptions {
  std::string particles, alignment, output, datadir, reference;
  bool negative_defocus = false;  ///< of an XMD
  bool invert = false;            ///< dark molecules
  double max_resolution = 0;      ///< Å; 0: Nyquist
  double mask_radius = 0;         ///< Å; 0: no mask
  double regularisation = 1e-3;   ///< of the weight that images without a CTF would have
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<ReconstructOptions> parse_reconstruct_options(const std::vector<std::string>& arguments,
                                                            std::string& help);

}  // namespace elastem::cli
