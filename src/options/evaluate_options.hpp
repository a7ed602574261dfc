#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/matching_options.hpp"

namespace elastem::cli {

/// Options of `elastem evaluate`.
struct EvaluateOptions {
  std::string input, truth;
  bool json = false;
  bool without_prior = false;              ///< what each image alone says
  std::optional<double> pixel_size;        ///< Å; none: as stored with the truth
  std::optional<std::int64_t> atom_count;  ///< none: as stored with the truth
  Matching matching;
  CommonOptions common;
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<EvaluateOptions> parse_evaluate_options(const std::vector<std::string>& arguments,
                                                      std::string& help);

}  // namespace elastem::cli
