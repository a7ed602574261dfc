#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "options/matching_options.hpp"

namespace elastem::cli {

/// Options of `elastem export`.
struct ExportOptions {
  std::string input, output;
  std::string particles;  ///< empty: those that the result was made from
  std::string datadir;
  bool negative_defocus = false;  ///< of an XMD
  Matching matching;
  CommonOptions common;
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<ExportOptions> parse_export_options(const std::vector<std::string>& arguments,
                                                  std::string& help);

}  // namespace elastem::cli
