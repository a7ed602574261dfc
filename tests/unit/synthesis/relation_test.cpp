#include "synthesis/relation.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

TEST(Relation, HelixIsTheReferenceExperiment) {
  const double a = 200, tolerance = 10 * epsilon * a;  // a few roundings of numbers of size a
  const Eigen::VectorXd start = curve_point(Relation::helix, a, 3, 0);
  const Eigen::VectorXd middle = curve_point(Relation::helix, a, 3, 0.5);
  const Eigen::VectorXd end = curve_point(Relation::helix, a, 3, 1);
  EXPECT_LE((start - Eigen::Vector3d(0, 0, a)).norm(), tolerance);
  EXPECT_LE((middle - Eigen::Vector3d(-a / 2, a, 0)).norm(), tolerance);
  EXPECT_LE((end - Eigen::Vector3d(-a, 0, -a)).norm(), tolerance);
}

TEST(Relation, LinearRunsAlongTheDiagonalWithTheAmplitudeAsItsEnd) {
  for (const int modes : {1, 2, 5}) {
    const Eigen::VectorXd end = curve_point(Relation::linear, 7, modes, 1);
    EXPECT_NEAR(end.norm(), 7, 10 * epsilon * 7);
    EXPECT_LE((end + curve_point(Relation::linear, 7, modes, 0)).norm(), 10 * epsilon * 7);
    EXPECT_EQ(end.maxCoeff(), end.minCoeff());
  }
}

TEST(Relation, ClusterCentresLieOnACircleAndApart) {
  for (int j = 0; j < cluster_count; ++j) {
    EXPECT_NEAR(cluster_centre(j, 50, 3).norm(), 50, 10 * epsilon * 50);
    EXPECT_EQ(cluster_centre(j, 50, 3)[2], 0);
    for (int i = 0; i < j; ++i) {
      // An equilateral triangle in a circle of radius 1 has sides √3.
      EXPECT_NEAR((cluster_centre(j, 50, 2) - cluster_centre(i, 50, 2)).norm(), 50 * std::numbers::sqrt3,
                  20 * epsilon * 50);
    }
  }
  EXPECT_EQ(cluster_centre(0, 50, 1)[0], -50);
  EXPECT_EQ(cluster_centre(2, 50, 1)[0], 50);
}

TEST(Relation, ClustersAreEquallyLikelyAndOfTheirSpread) {
  constexpr int n = 30000;
  std::array<int, cluster_count> counts{};
  double squares = 0;
  for (int i = 0; i < n; ++i) {
    Random random(3, Stream::conformation, static_cast<std::uint64_t>(i));
    const Eigen::VectorXd q = draw_amplitudes(Relation::clusters, 10, 2, random);
    int nearest = 0;
    for (int j = 1; j < cluster_count; ++j) {
      const auto distance = [&](int k) { return (q - cluster_centre(k, 10, 2)).norm(); };
      if (distance(j) < distance(nearest)) nearest = j;
    }
    ++counts[static_cast<std::size_t>(nearest)];
    squares += (q - cluster_centre(nearest, 10, 2)).squaredNorm();
  }
  // Neighbours are 8.7 standard deviations from the border between them, so that none is assigned wrongly.
  const double expected = n / 3.0, deviation = std::sqrt(n * (1.0 / 3) * (2.0 / 3));
  for (const int count : counts) EXPECT_NEAR(count, expected, 5 * deviation);
  // The mean of 2n squared normal deviates of variance 1 has the standard deviation √(2/(2n)).
  EXPECT_NEAR(squares / n / 2, 1, 5 * std::sqrt(1.0 / n));
}

TEST(Relation, AHalfCircleRunsFromOneEndOfItsFirstModeToTheOtherAtOneDistance) {
  const double a = 30, tolerance = 10 * epsilon * a;
  EXPECT_LE((curve_point(Relation::half_circle, a, 2, 0) - Eigen::Vector2d(a, 0)).norm(), tolerance);
  EXPECT_LE((curve_point(Relation::half_circle, a, 2, 0.5) - Eigen::Vector2d(0, a)).norm(), tolerance);
  EXPECT_LE((curve_point(Relation::half_circle, a, 2, 1) - Eigen::Vector2d(-a, 0)).norm(), tolerance);
  for (const double r : {0.1, 0.35, 0.8}) {
    const Eigen::VectorXd point = curve_point(Relation::half_circle, a, 4, r);
    EXPECT_NEAR(point.norm(), a, tolerance);
    EXPECT_EQ(point.tail<2>().norm(), 0);
  }
}

TEST(Relation, AHalfCircleIsUniformInAngle) {
  constexpr int n = 20000;
  Eigen::Vector2d sum = Eigen::Vector2d::Zero();
  for (int i = 0; i < n; ++i) {
    Random random(5, Stream::conformation, static_cast<std::uint64_t>(i));
    sum += draw_amplitudes(Relation::half_circle, 1, 2, random);
  }
  // cos πr has mean 0 and variance 1/2; sin πr mean 2/π and variance 1/2 − 4/π².
  const double y = 2 / std::numbers::pi, root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sum[0] / n, 0, 5 * std::sqrt(0.5) / root);
  EXPECT_NEAR(sum[1] / n, y, 5 * std::sqrt(0.5 - y * y) / root);
}

TEST(Relation, AGridIsVisitedPointByPointAndThenAgain) {
  constexpr int g = 3, modes = 3, points = 27;
  std::set<std::vector<double>> seen;
  for (std::uint64_t i = 0; i < points; ++i) {
    const Eigen::VectorXd q = lattice_point(i, g, 8, modes);
    seen.emplace(q.begin(), q.end());
    EXPECT_EQ(lattice_point(i + points, g, 8, modes), q);
    for (const double value : q) EXPECT_TRUE(value == -8 || value == 0 || value == 8) << value;
  }
  EXPECT_EQ(seen.size(), std::size_t{points});
  // The first mode runs fastest.
  EXPECT_EQ(lattice_point(0, g, 8, modes), Eigen::Vector3d(-8, -8, -8));
  EXPECT_EQ(lattice_point(1, g, 8, modes), Eigen::Vector3d(0, -8, -8));
  EXPECT_EQ(lattice_point(9, g, 8, modes), Eigen::Vector3d(-8, -8, 0));
}

TEST(Relation, AGridIsAsFineAsAllItsPointsAreVisited) {
  EXPECT_EQ(lattice_points_for(1000, 3), 10);
  EXPECT_EQ(lattice_points_for(999, 3), 9);
  EXPECT_EQ(lattice_points_for(100, 2), 10);
  EXPECT_EQ(lattice_points_for(7, 3), 2);  // fewer particles than the coarsest lattice has points
  EXPECT_EQ(lattice_points_for(12, 1), 12);
}

TEST(Relation, RandomIsUniformInEachModeByItself) {
  constexpr int n = 20000, modes = 3;
  constexpr double a = 10;
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  Eigen::Matrix3d second = Eigen::Matrix3d::Zero();
  double largest = 0;
  for (int i = 0; i < n; ++i) {
    Random random(8, Stream::conformation, static_cast<std::uint64_t>(i));
    const Eigen::Vector3d q = draw_amplitudes(Relation::random, a, modes, random);
    sum += q;
    second += q * q.transpose();
    largest = std::max(largest, q.cwiseAbs().maxCoeff());
  }
  // x uniform in [−1, 1]: variance 1/3, of x² 1/5 − 1/9, of a product 1/9.
  const double root = std::sqrt(static_cast<double>(n));
  for (int k = 0; k < modes; ++k) {
    EXPECT_NEAR(sum[k] / n, 0, 5 * a * std::sqrt(1.0 / 3) / root);
    EXPECT_NEAR(second(k, k) / n, a * a / 3, 5 * a * a * std::sqrt(1.0 / 5 - 1.0 / 9) / root);
    EXPECT_NEAR(second(k, (k + 1) % modes) / n, 0, 5 * a * a / 3 / root);
  }
  EXPECT_LE(largest, a);
  EXPECT_GE(largest, 0.999 * a);  // 60,000 numbers stay below with probability e−60
}

TEST(Relation, AHelixNeedsThreeModesAndAHalfCircleTwo) {
  EXPECT_THROW(require_modes_for(Relation::half_circle, 1), Error);
  EXPECT_NO_THROW(require_modes_for(Relation::half_circle, 2));
  EXPECT_THROW(require_modes_for(Relation::helix, 2), Error);
  EXPECT_THROW(require_modes_for(Relation::linear, 0), Error);
  EXPECT_NO_THROW(require_modes_for(Relation::linear, 2));
}

}  // namespace
}  // namespace elastem
