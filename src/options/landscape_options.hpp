#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/matching_options.hpp"

namespace elastem::cli {

/// Options of `elastem landscape`.
struct LandscapeOptions {
  std::string input, modes_file, output;
  int frames = 10;
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<LandscapeOptions> parse_landscape_options(const std::vector<std::string>& arguments,
                                                        std::string& help);

}  // namespace elastem::cli
