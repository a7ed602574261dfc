#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "alignment/mode_motion.hpp"
#include "imaging/elastic_model.hpp"
#include "landscape/landscape.hpp"
#include "report/html_page.hpp"
#include "report/motion_files.hpp"
#include "report/page_particles.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// What the report of a landscape shows.
struct LandscapeReport {
  std::string result_path, modes_path, command_line, version, date;
  std::string folder;     ///< where the report is written
  std::string selection;  ///< which particles of the result, as the user said it; empty: all
  MotionSummary motion;   ///< which modes move; without modes: not known
  std::vector<int> mode_numbers;
  std::int64_t atom_count = 0;
  Landscape landscape;
  std::vector<ReportPlot> plots;
  std::optional<PageParticles> particles;          ///< of the interactive part; none: the page is without it
  std::vector<Movie> movies;                       ///< there
  std::vector<RigidDomain> domains;                ///< of the principal motion
  std::vector<std::string> domain_residues;        ///< as ranges
  std::string trajectory_path = "trajectory.pdb";  ///< the multi-model PDB beside the report
};

/// One self-contained HTML page: opens without a network. Throws Error when a plot cannot be read.
std::string landscape_html(const LandscapeReport& report);

/// The components as CSV: number, variance [Å²], share, cumulative share, then the axis' entry on each mode;
/// the mean amplitudes stand in the first line after the head, as component 0.
std::string components_csv(const LandscapeReport& report);

/// The frames as CSV: number, particles, first component [Å], amplitudes [Å].
std::string frames_csv(const LandscapeReport& report);

/// The states as CSV: number, population and its standard error, centre on the components, mean amplitudes
/// [Å]; of a landscape that has them.
std::string states_csv(const LandscapeReport& report);

/// A profile as CSV: the coordinate, called `name`, density [1/Å] and its band, free energy [kT] and its
/// band, 1 where the data tell.
std::string profile_csv(const Profile& profile, const std::string& name);

/// The plane as CSV: components [Å], density [1/Å²], free energy, at most 6 kT, and its standard error [kT],
/// 1 where the data tell; elsewhere both are nan.
std::string plane_csv(const Plane& plane);

/// Makes the folder with everything: the plots (write_landscape_plots), what shows the motion
/// (write_motion_files), components.csv, frames.csv, where there are states states.csv, profile.csv,
/// plane.csv and paths.csv, and last index.html. Fills in `report.plots` and `report.movies`. The names of
/// the files. Throws Error when something cannot be written.
std::vector<std::string> write_landscape_report(const std::filesystem::path& folder, LandscapeReport report,
                                                const MovingMolecule& molecule);

}  // namespace elastem
