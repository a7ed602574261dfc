#pragma once

#include <numbers>

namespace elastem {

/// Angles are degrees at every interface and radians inside a computation.
inline constexpr double radians_per_degree = std::numbers::pi / 180.0;
inline constexpr double degrees_per_radian = 180.0 / std::numbers::pi;

}  // namespace elastem
