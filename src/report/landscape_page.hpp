#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "landscape/principal_components.hpp"
#include "landscape/trajectory.hpp"
#include "report/html_page.hpp"

namespace elastem {

/// What the report of a landscape shows.
struct LandscapeReport {
  std::string result_path, modes_path, command_line, version, date;
  std::int64_t rows = 0, done = 0, failed = 0, pending = 0;
  std::int64_t atom_count = 0;
  std::vector<int> mode_numbers;
  PrincipalComponents components;
  std::vector<TrajectoryFrame> frames;
  std::vector<ReportPlot> plots;
  std::string trajectory_path;  ///< name of the multi-model PDB beside the report
};

/// One self-contained HTML page: opens without a network. Throws Error when a plot cannot be read.
std::string landscape_html(const LandscapeReport& report);

/// The components as CSV: number, variance [Å²], share, cumulative share, then the axis' entry on each mode;
/// the mean amplitudes stand in the first line after the head, as component 0.
std::string components_csv(const LandscapeReport& report);

/// The frames as CSV: number, particles, first component [Å], amplitudes [Å].
std::string frames_csv(const LandscapeReport& report);

}  // namespace elastem
