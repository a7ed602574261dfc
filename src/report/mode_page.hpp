#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "modes/normal_modes.hpp"
#include "report/html_page.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// A mode that has an animation.
struct AnimatedMode {
  int number = 0;
  double amplitude = 0;    ///< Å, at the ends
  std::string file;        ///< name of the multi-model PDB beside the page
  Eigen::VectorXd shifts;  ///< Å, of each node at the ends
};

/// How well modes describe the change to another conformation.
struct TargetOverlaps {
  std::string path;
  std::int64_t matched = 0;    ///< atoms that both structures have
  std::string match_remark;    ///< how they were found (match_remark of the structures)
  double rmsd = 0;             ///< Å, of these after superposition
  Eigen::VectorXd overlaps;    ///< |A·d|/(|A||d|), one per mode
  Eigen::VectorXd cumulative;  ///< √Σ overlap² up to each mode
};

/// What the report of normal modes shows.
struct ModePage {
  std::string structure_path, modes_path, command_line, version, date;
  Structure structure;
  NormalModes modes;             ///< `vectors` are not used
  Eigen::VectorXd fluctuations;  ///< one per node, k_B T over the stiffness of a spring
  std::optional<double> b_factor_correlation;
  std::optional<TargetOverlaps> target;
  double animation_rmsd = 0;  ///< Å
  std::vector<AnimatedMode> animated;
  std::vector<ReportPlot> plots;
};

/// Writes the PNGs into `folder` and says what they show: eigenvalues, collectivities, fluctuations against
/// B-factors and shifts (means over the atoms of each residue), and overlaps. Throws Error when it cannot.
std::vector<ReportPlot> write_mode_plots(const std::string& folder, const ModePage& page);

/// One self-contained HTML page. Throws Error when a plot cannot be read.
std::string modes_html(const ModePage& page);

/// A line per mode: mode, eigenvalue, collectivity, score, enabled and, with a target, overlap,
/// cumulative_overlap (√Σ overlap²) and cumulative_squared_overlap.
std::string modes_csv(const ModePage& page);

/// One line per node: chain, residue, name, B-factor, fluctuation and the shift (Å) in each animated mode.
std::string nodes_csv(const ModePage& page);

}  // namespace elastem
