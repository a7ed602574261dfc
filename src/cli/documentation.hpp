#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"

namespace elastem::cli {

/// A man page (section 1) of a command, from its declarations; groff source in UTF-8. `version`: "elastem
/// 0.1.0".
std::string man_page(const OptionTable& table, const std::string& version);

/// That of the program, with its commands.
std::string man_page(const std::vector<OptionTable>& commands, const std::string& version);

/// A script for bash that completes commands, options, the words among an option's values, and names of
/// files by the extensions that an option takes.
std::string bash_completion(const std::vector<OptionTable>& commands);

}  // namespace elastem::cli
