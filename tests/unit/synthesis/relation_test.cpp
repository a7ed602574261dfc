#include "synthesis/relation.hpp"

#include <cmath>
#include <limits>
#include <numbers>

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

TEST(Relation, NamesAreSuggested) {
  EXPECT_EQ(parse_relation("clusters"), Relation::clusters);
  try {
    parse_relation("helx");
    FAIL() << "an unknown relation was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean helix"), std::string::npos) << error.what();
  }
}

TEST(Relation, AHelixNeedsThreeModes) {
  EXPECT_THROW(require_modes_for(Relation::helix, 2), Error);
  EXPECT_THROW(require_modes_for(Relation::linear, 0), Error);
  EXPECT_NO_THROW(require_modes_for(Relation::linear, 2));
}

}  // namespace
}  // namespace elastem
