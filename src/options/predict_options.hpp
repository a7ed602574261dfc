#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/atom_model_option.hpp"

namespace elastem::cli {

/// Options of `elastem predict`.
struct PredictOptions {
  std::string particles, modes_file, network, output, datadir;
  bool negative_defocus = false;  ///< of an XMD
  bool invert = false;            ///< dark molecules
  bool refine = false;
  bool network_prior = false;  ///< improve it by the distribution that the network was trained on
  bool learn_prior = false;    ///< improve every refined answer by the distribution of all
  int threads = 1;
  std::string device = "auto";  ///< auto, cpu or cuda; does not shape the result but for rounding
  AtomModelOption atom_model;   ///< where it differs from the modes file's
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<PredictOptions> parse_predict_options(const std::vector<std::string>& arguments,
                                                    std::string& help);

}  // namespace elastem::cli
