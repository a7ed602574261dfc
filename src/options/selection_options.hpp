#pragma once

#include <functional>
#include <string>

#include "cli/option_table.hpp"

namespace elastem::cli {

/// Which particles a command works on.
struct SelectionOptions {
  std::string text;       ///< an expression (docs/selection.md), or a file that names images; empty: all
  std::string landscape;  ///< the folder of the landscape whose states and components are meant
};

/// --selection and --landscape of a command that reads a table of results. `landscape_wanted`: whether
/// another option wants the landscape as well.
void add_selection(OptionTable& table, SelectionOptions& selection,
                   const std::function<bool()>& landscape_wanted = {});

}  // namespace elastem::cli
