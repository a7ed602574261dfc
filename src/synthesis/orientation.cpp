#include "synthesis/orientation.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {

namespace {

// The view whose part of [0, 1) holds `chance`, parts as wide as their weights.
const PreferredView& chosen(const std::vector<PreferredView>& views, double chance) {
  double whole = 0, sum = 0;
  for (const auto& view : views) whole += view.weight;
  for (const auto& view : views) {
    sum += view.weight;
    if (chance * whole < sum) return view;
  }
  return views.back();
}

}  // namespace

Eigen::Vector3d draw_orientation(const OrientationDistribution& distribution, std::uint64_t seed,
                                 std::uint64_t index) {
  Random uniform(seed, Stream::orientation, index);
  Eigen::Vector3d angles;
  angles[0] = uniform.uniform(-180.0, 180.0);
  angles[1] = std::acos(1.0 - 2.0 * uniform.uniform()) * degrees_per_radian;
  const double psi = uniform.uniform(-180.0, 180.0);
  angles[2] = distribution.psi_uniform ? psi : 0.0;
  if (distribution.preferred.empty() && !distribution.from_file) return angles;

  Random view(seed, Stream::view, index);
  const bool preferred = view.uniform() < distribution.share;
  const double choice = view.uniform();
  Eigen::Vector3d turn = Eigen::Vector3d::Zero();
  for (const int axis : {0, 1}) turn[axis] = distribution.spread * radians_per_degree * view.normal();
  if (!preferred) return angles;

  if (distribution.from_file) {
    angles = distribution.from_file(index);
  } else {
    const PreferredView& centre = chosen(distribution.preferred, choice);
    angles.head<2>() = Eigen::Vector2d(centre.rot, centre.tilt);
  }
  if (distribution.spread > 0) {
    const Eigen::Matrix3d turned = rotation_increment(turn) * rotation_matrix(angles[0], angles[1], 0);
    angles.head<2>() = euler_angles(turned).head<2>();
  }
  return angles;
}

}  // namespace elastem
