#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "options/matching_options.hpp"
#include "options/selection_options.hpp"
#include "particles/particle_source.hpp"

namespace elastem::cli {

/// Options of `elastem reconstruct`.
struct ReconstructOptions {
  ParticleSource source;
  std::string alignment, output, reference;
  std::string modes_file;          ///< in whose structure's frame the map stands; empty: none
  bool undo_motion = false;        ///< every particle deformed back to one conformation
  std::string at;                  ///< that conformation, "7=120,8=-30"; empty: the mean of the particles
  bool halves = false;             ///< half maps and their correlation, too
  std::string mask;                ///< where halves are compared; empty: everywhere
  bool residual = false;           ///< of what the images hold that the model does not
  bool states = false;             ///< a map of each state of the landscape, too
  std::string along;               ///< maps along this expression or path, too; empty: none
  int frames = 10;                 ///< so many
  bool local_resolution = false;   ///< of the half maps
  double local_window = 0;         ///< radius of its windows, Å; 0: 3.5 times the resolution
  double local_step = 0;           ///< from window to window, Å; 0: half that radius
  std::optional<double> b_factor;  ///< Å², of the map of both halves; none: of its Guinier plot
  double max_resolution = 0;       ///< Å; 0: Nyquist
  double mask_radius = 0;          ///< Å; 0: no mask
  std::optional<double>
      regularisation;           ///< of the weight that images without a CTF would have; none: see MapMaking
  std::string symmetry = "C1";  ///< point_group
  SelectionOptions selection;
  Matching matching;
  bool with_outliers = false;  ///< use what the structure does not explain, too
  CommonOptions common;
};

void declare(OptionTable& table, ReconstructOptions& o);

/// A map's path without its ending, then `ending`.
std::string beside_map(const std::string& path, const std::string& ending);

/// What --halves writes beside a map; nothing without it.
std::vector<std::string> beside_halves(const ReconstructOptions& o, const std::string& path);

/// What to do with the result.
std::string next_step(const ReconstructOptions& o);

}  // namespace elastem::cli
