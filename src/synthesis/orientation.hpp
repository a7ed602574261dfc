#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// A direction of view and how often it is seen next to the other ones.
struct PreferredView {
  double rot = 0, tilt = 0;  ///< degrees
  double weight = 1;         ///< above 0, relative
};

/// How the orientations of a synthetic data set are distributed.
struct OrientationDistribution {
  std::vector<PreferredView> preferred;  ///< empty: none but those of `from_file`
  /// Angles (rot, tilt, psi) of particle i instead, a pure function; empty: none.
  std::function<Eigen::Vector3d(std::uint64_t)> from_file;
  double spread = 0;        ///< degrees, about a preferred view
  double share = 1;         ///< of the particles that are in a preferred view; the others are uniform
  bool psi_uniform = true;  ///< otherwise psi is 0; a file's psi stays as it is
};

/// (rot, tilt, psi) of a particle in degrees. Uniform: rot, cos tilt and psi uniform. Preferred: with
/// probability `share` a view is drawn by its weight (or taken from the file) and turned by the rotation
/// vector (a, b, 0) about image x and y, both perpendicular to the view, a and b normal of standard deviation
/// `spread`: the view is the third row of exp([ω]×)·R(rot, tilt, 0), so that its distance from the preferred
/// one has the mean square 2·spread² and all directions from it are alike. The turn leaves psi alone.
/// A pure function of (distribution, seed, index).
Eigen::Vector3d draw_orientation(const OrientationDistribution& distribution, std::uint64_t seed,
                                 std::uint64_t index);

}  // namespace elastem
