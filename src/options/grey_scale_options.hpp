#pragma once

#include <optional>
#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// Noise and grey scale of synthetic images.
struct GreyScaleOptions {
  std::optional<double> snr = 0.1;  ///< none: no noise
  double noise_before_ctf = 0;
  std::string noise_spectrum;  ///< text table; empty: white
  double max_resolution = 0;   ///< Å; 0: up to the corners
  std::string normalise = "image";
  std::optional<double> background_radius;  ///< px; none: 0.45 image sides
  bool invert = false;
  std::string bounds = "all";
};

void add_grey_scale_options(CommandLine& line, GreyScaleOptions& options);
/// Throws Error for values that make no sense and for options that mean nothing next to the others.
void check_grey_scale_options(const CommandLine& line, const GreyScaleOptions& options);

}  // namespace elastem::cli
