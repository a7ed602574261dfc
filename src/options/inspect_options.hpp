#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// Options of `elastem inspect`.
struct InspectOptions {
  std::string input, datadir;
  bool negative_defocus = false;  ///< of an XMD
  CommonOptions common;
};

/// Throws Error; none when --help was asked for, whose text is then in `help`.
std::optional<InspectOptions> parse_inspect_options(const std::vector<std::string>& arguments,
                                                    std::string& help);

}  // namespace elastem::cli
