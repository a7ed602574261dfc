#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/atom_model_option.hpp"
#include "options/distribution_options.hpp"
#include "options/grey_scale_options.hpp"
#include "options/set_file_options.hpp"

namespace elastem::cli {

/// Options of `elastem synthesize`.
struct SynthesizeOptions {
  std::string modes_file, output;
  std::int64_t count = 1000;
  std::string modes;  ///< selection by number, e.g. "7-9"
  int size = 64;
  double pixel_size = 2.2;
  ConformationOptions conformations;
  PoseOptions poses;
  OpticsOptions optics;
  GreyScaleOptions grey_scale;
  AtomModelOption atom_model;  ///< where it differs from the modes file's
  SetFileOptions files;
  CommonOptions common;
  std::vector<std::string> effective;  ///< what shapes the result, as name=value
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<SynthesizeOptions> parse_synthesize_options(const std::vector<std::string>& arguments,
                                                          std::string& help);

}  // namespace elastem::cli
