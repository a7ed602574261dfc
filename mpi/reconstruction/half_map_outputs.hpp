#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "imaging/projection.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/reconstruction/half_maps.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// What is made of two half maps beside them.
struct HalfMapRequest {
  std::string title;     ///< of the map, for the log
  std::string stem;      ///< the halves are STEM_half1.mrc and STEM_half2.mrc
  double particles = 0;  ///< of both halves
  ImageGrid grid;
  CorrelationMask mask;
  HalfCorrelation curves;
  std::optional<double> b_factor;  ///< Å²; none: of the Guinier plot
  std::uint64_t seed = 1;
  bool local = false;       ///< the local resolution, too
  double local_radius = 0;  ///< of its windows, Å; 0: 3.5 times the resolution
  double local_step = 0;    ///< from window to window, Å; 0: half that radius
  bool show_progress = false;
};

/// Throws Error that names the option for a radius of windows [Å] that is not 0 and not between three voxels
/// and half the box.
void require_window_of(const std::string& option, double radius, ImageGrid grid);

/// Whether undoing the motion is better than not: STEM_motion.csv and .png, the correlation of the halves as
/// they are, with the motion undone and with that of other particles undone, and a sentence in the log. The
/// maps: STEM_plain_half1.mrc, STEM_half1.mrc, STEM_shuffled_half1.mrc and those of half 2. `seen` [Å]: the
/// finest detail that the alignment used (motion_gain). Collective. Throws Error as the other.
void write_motion_gain(const Communicator& comm, const HalfMapRequest& request, double seen);

/// Of half maps of a residual: STEM_significance.mrc (write_significance, at the detail to which they agree,
/// 8 to 20 Å) and STEM_peaks.csv: per peak its significance, its place, and the nearest atom's residue and
/// distance; whether something is missing is said in the log. Rank 0's `structure`, about its centre, and
/// `centre`, which was taken off its positions, count. Collective. Throws Error.
void write_residual_peaks(const Communicator& comm, const HalfMapRequest& request, const Structure& structure,
                          const Eigen::Vector3d& centre);

/// The correlation of the halves as numbers and picture, and the filtered and sharpened map with its report,
/// and STEM_local_resolution.mrc where it is asked for. What comes of it is said in the log. Collective.
/// Throws Error when a file cannot be read or written.
void write_half_map_outputs(const Communicator& comm, const HalfMapRequest& request);

}  // namespace elastem
