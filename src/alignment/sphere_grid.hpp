#pragma once

#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Near-uniform viewing directions about `step` degrees apart over the whole sphere, as (rot, tilt) in
/// degrees: the golden-spiral points, 41253/step² of them (the sphere has 41253 square degrees). 0 < step
/// ≤ 90.
std::vector<Eigen::Vector2d> sphere_grid(double step);

}  // namespace elastem
