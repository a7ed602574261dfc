#pragma once

#include <string>

#include "cli/command_line.hpp"

namespace elastem::cli {

/// The cut-off of `elastem modes`: a distance, or a percentile of the distances to the nearest neighbours.
struct CutoffOption {
  std::string text;    ///< as given; empty: not given
  double cutoff = 0;   ///< Å; 0: relative, or not given
  double percent = 0;  ///< 0: an absolute cut-off
  int neighbours = 0;  ///< of a relative one; 0: not given
};

void add_cutoff_options(CommandLine& line, CutoffOption& option);
/// Reads the text, "8" (Å) or "95%". Throws Error.
void parse_cutoff(const CommandLine& line, CutoffOption& option);

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
