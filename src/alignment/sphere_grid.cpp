#include "alignment/sphere_grid.hpp"

#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/units.hpp"

namespace elastem {

std::vector<Eigen::Vector2d> sphere_grid(double step) {
  require(step > 0 && step <= 90, "the step of a sphere grid is in (0, 90] degrees");
  const double square_degrees = 4 * std::numbers::pi * degrees_per_radian * degrees_per_radian;
  const int count = static_cast<int>(std::ceil(square_degrees / (step * step)));
  const double golden_angle = 360.0 * (2.0 - std::numbers::phi);
  std::vector<Eigen::Vector2d> views;
  for (int i = 0; i < count; ++i) {
    const double height = 1 - (2.0 * i + 1) / count;
    views.emplace_back(std::remainder(golden_angle * i, 360.0), std::acos(height) * degrees_per_radian);
  }
  return views;
}

}  // namespace elastem
