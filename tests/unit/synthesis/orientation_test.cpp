#include "synthesis/orientation.hpp"

#include <array>
#include <cmath>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

Eigen::Vector3d direction(const Eigen::Vector3d& angles) {
  return rotation_matrix(angles[0], angles[1], angles[2]).row(2);
}

double distance(const Eigen::Vector3d& angles, double rot, double tilt) {
  const Eigen::Vector3d a = direction(angles), b = direction({rot, tilt, 0});
  return std::atan2(a.cross(b).norm(), a.dot(b)) * degrees_per_radian;
}

TEST(Orientation, PreferredViewsAreSeenByTheirWeights) {
  constexpr int n = 12000;
  OrientationDistribution views;
  views.preferred = {{0, 90, 1}, {90, 45, 2}, {-30, 10, 1}};
  std::array<int, 3> counts{};
  for (std::uint64_t i = 0; i < n; ++i) {
    const Eigen::Vector3d angles = draw_orientation(views, 1, i);
    for (std::size_t v = 0; v < counts.size(); ++v)
      counts[v] += angles[0] == views.preferred[v].rot && angles[1] == views.preferred[v].tilt;
  }
  for (std::size_t v = 0; v < counts.size(); ++v) {
    const double p = views.preferred[v].weight / 4;
    EXPECT_NEAR(counts[v], n * p, 5 * std::sqrt(n * p * (1 - p)));
  }
  EXPECT_EQ(counts[0] + counts[1] + counts[2], n);
}

TEST(Orientation, AViewIsSpreadAlikeInAllDirections) {
  constexpr int n = 20000;
  constexpr double spread = 4, rot = 30, tilt = 65;
  OrientationDistribution views;
  views.preferred = {{rot, tilt, 1}};
  views.spread = spread;
  // The view in the frame of the preferred one: (x, y, z), near z.
  const Eigen::Matrix3d frame = rotation_matrix(rot, tilt, 0);
  double squares = 0;
  Eigen::Vector2d sum = Eigen::Vector2d::Zero();
  Eigen::Matrix2d second = Eigen::Matrix2d::Zero();
  for (std::uint64_t i = 0; i < n; ++i) {
    const Eigen::Vector3d angles = draw_orientation(views, 2, i);
    squares += std::pow(distance(angles, rot, tilt), 2);
    const Eigen::Vector3d seen = frame * direction(angles);
    const double angle = std::acos(seen.z()) * degrees_per_radian;
    const Eigen::Vector2d turn = angle * seen.head<2>().normalized() / spread;
    sum += turn;
    second += turn * turn.transpose();
  }
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(squares / n / (2 * spread * spread), 1,
              5 / root);  // a squared distance: mean and deviation equal
  for (int a : {0, 1}) {
    EXPECT_NEAR(sum[a] / n, 0, 5 / root);
    EXPECT_NEAR(second(a, a) / n, 1, 5 * std::sqrt(2.0) / root);
  }
  EXPECT_NEAR(second(0, 1) / n, 0, 5 / root);
}

TEST(Orientation, TheShareOfPreferredViewsIsTheOneAskedForAndPsiStays) {
  constexpr int n = 10000;
  OrientationDistribution uniform, views;
  views.preferred = {{0, 90, 1}};
  views.share = 0.3;
  int preferred = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const Eigen::Vector3d angles = draw_orientation(views, 3, i), without = draw_orientation(uniform, 3, i);
    preferred += angles != without;
    EXPECT_EQ(angles[2], without[2]);
  }
  EXPECT_NEAR(preferred, 0.3 * n, 5 * std::sqrt(n * 0.3 * 0.7));
}

TEST(Orientation, AnglesOfAFileStandAsTheyAreAndAreSpreadButForPsi) {
  OrientationDistribution views;
  views.from_file = [](std::uint64_t i) { return Eigen::Vector3d(10.0 * static_cast<double>(i), 80, -45); };
  EXPECT_EQ(draw_orientation(views, 1, 3), Eigen::Vector3d(30, 80, -45));
  views.psi_uniform = false;
  EXPECT_EQ(draw_orientation(views, 1, 4), Eigen::Vector3d(40, 80, -45));
  views.spread = 2;
  const Eigen::Vector3d spread = draw_orientation(views, 1, 3);
  EXPECT_EQ(spread[2], -45);
  EXPECT_GT(distance(spread, 30, 80), 0);
  EXPECT_LT(distance(spread, 30, 80), 2 * 6);  // beyond six deviations with probability e−18
}

}  // namespace
}  // namespace elastem
