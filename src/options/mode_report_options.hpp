#pragma once

#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// What `elastem modes` does with the modes besides writing them.
struct ModeReportOptions {
  std::string folder;         ///< of the report; empty: none
  std::string target;         ///< second structure; empty: none
  std::string animate;        ///< selection of modes; empty: the first three that are enabled
  double animation_rmsd = 3;  ///< Å
};

void add_mode_report_options(CommandLine& line, ModeReportOptions& options);
/// Throws Error; also for what does not go with --import. `last_mode` is the last one that is computed.
void check_mode_report(const CommandLine& line, const ModeReportOptions& options, int last_mode);

}  // namespace elastem::cli
