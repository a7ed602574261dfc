#include "alignment/sphere_grid.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

TEST(SphereGrid, EveryDirectionHasANearView) {
  for (const double step : {5.0, 10.0, 20.0}) {
    const auto views = sphere_grid(step);
    EXPECT_NEAR(static_cast<double>(views.size()), 41253 / (step * step), 1.0);
    double farthest = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
      Random random(1, Stream::orientation, i);
      const Eigen::Matrix3d r =
          rotation_matrix(random.uniform(-180, 180), std::acos(random.uniform(-1, 1)) * 57.29577951308232, 0);
      double nearest = 180;
      for (const auto& view : views)
        nearest = std::min(nearest, direction_distance(r, rotation_matrix(view[0], view[1], 0)));
      farthest = std::max(farthest, nearest);
    }
    // A square lattice of this step leaves its cell's centre step/√2 away; the spiral is about as good.
    EXPECT_LT(farthest, step);
    EXPECT_GT(farthest, 0.5 * step);
  }
}

TEST(SphereGrid, RefusesAStepThatMakesNoGrid) {
  EXPECT_THROW(sphere_grid(0), Bug);
}

}  // namespace
}  // namespace elastem
