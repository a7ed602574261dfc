#pragma once

#include <string>

#include "cli/option_table.hpp"

namespace elastem::cli {

/// What `elastem modes` does with the modes besides writing them.
struct ModeReportOptions {
  std::string folder;         ///< of the report; empty: none
  std::string target;         ///< second structure; empty: none
  std::string animate;        ///< selection of modes; empty: the first three that are enabled
  double animation_rmsd = 3;  ///< Å
};

/// The options of the report, and the checks of what does not go with it or with --import. `last_mode` is the
/// last one that is computed.
void add_mode_report_options(OptionTable& table, ModeReportOptions& options, const int& last_mode);

}  // namespace elastem::cli
