#include "landscape/trajectory.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

// Half a circle: the second amplitude is bent over the first.
Eigen::VectorXd bent(double t) {
  return Eigen::Vector2d(-50 * std::cos(t), 50 * std::sin(t));
}

TEST(Trajectory, FollowsABentPath) {
  const int n = 10000, frames = 5;
  Histogram histogram(-51, 51);
  for (int i = 0; i < n; ++i) histogram.add(bent(M_PI * (i + 0.5) / n)[0]);
  Trajectory trajectory(frames, 1e9, histogram, 2, n);
  for (int i = 0; i < n; ++i) {
    const auto amplitudes = bent(M_PI * (i + 0.5) / n);
    trajectory.add(i, amplitudes[0], amplitudes);
  }
  const auto path = trajectory.frames();
  EXPECT_EQ(path.size(), 5u);
  for (std::size_t f = 0; f < path.size(); ++f) {
    EXPECT_NEAR(static_cast<double>(path[f].count), n / frames, 0.01 * n);
    // The mean of an arc of angle π/5: its middle, at radius 50·sinc(π/10).
    const double radius = 50 * std::sin(M_PI / 10) / (M_PI / 10),
                 angle = M_PI * (static_cast<double>(f) + 0.5) / 5;
    const double bin =
        102.0 / Histogram::bins * 10;  // an arc end is a bin off, at worst ten times along the arc
    EXPECT_NEAR(path[f].amplitudes[0], -radius * std::cos(angle), bin);
    EXPECT_NEAR(path[f].amplitudes[1], radius * std::sin(angle), bin);
    EXPECT_NEAR(path[f].coordinate, path[f].amplitudes[0], 1e5 * std::numeric_limits<double>::epsilon());
  }
}

TEST(Trajectory, HasNoFrameInAGap) {
  // Two states of 65 and 35 %: the seventh of ten groups holds particles of both.
  const int n = 1000;
  const auto at = [](int i) { return (i < 650 ? -20.0 : 20.0) + 2 * std::sin(i); };
  Histogram histogram(-30, 30);
  for (int i = 0; i < n; ++i) histogram.add(at(i));
  Trajectory trajectory(10, 3, histogram, 1, n);
  for (int i = 0; i < n; ++i) trajectory.add(i, at(i), Eigen::VectorXd::Constant(1, at(i)));
  const auto path = trajectory.frames();
  ASSERT_EQ(path.size(), 10u);
  for (const TrajectoryFrame& frame : path) EXPECT_NEAR(std::abs(frame.amplitudes[0]), 20, 2.5);
}

TEST(Trajectory, LeavesOutEmptyGroups) {
  Histogram histogram(0, 1);
  histogram.add(0.5);
  Trajectory trajectory(4, 1, histogram, 1, 1);
  trajectory.add(0, 0.5, Eigen::VectorXd::Constant(1, 0.5));
  const auto path = trajectory.frames();
  ASSERT_EQ(path.size(), 1u);
  EXPECT_EQ(path[0].count, 1);
}

TEST(Trajectory, RefusesNoFrames) {
  Histogram histogram(0, 1);
  histogram.add(0.5);
  EXPECT_THROW(Trajectory(0, 1, histogram, 1, 1), Bug);
}

}  // namespace
}  // namespace elastem
