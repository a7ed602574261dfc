#include "landscape/landscape.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace elastem {
namespace {

PrincipalComponents two_components() {
  return {100, Eigen::Vector2d(1, 2), Eigen::Vector2d(64, 16), Eigen::Matrix2d::Identity()};
}

TEST(Landscape, APlaneHasTheFirstTwoComponents) {
  EXPECT_EQ(plane_coordinates(two_components(), Eigen::Vector2d(4, 8)), Eigen::Vector2d(3, 6));
  const PrincipalComponents one{100, Eigen::VectorXd::Constant(1, 1), Eigen::VectorXd::Constant(1, 9),
                                Eigen::MatrixXd::Identity(1, 1)};
  EXPECT_EQ(plane_coordinates(one, Eigen::VectorXd::Constant(1, 3)), Eigen::Vector2d(2, 0));
}

TEST(Landscape, TheBandwidthIsHalfOfScottsRule) {
  const double scott = 8 * std::pow(100.0, -1.0 / 6.0);
  EXPECT_DOUBLE_EQ(landscape_bandwidth(two_components(), 0, 100), 0.5 * scott);
  EXPECT_EQ(landscape_bandwidth(two_components(), 2, 100), 0);
}

TEST(Landscape, AFewFarParticlesDoNotWidenTheAxis) {
  Histogram histogram(0, 1000);
  for (int i = 0; i < 10000; ++i) histogram.add(100 + 0.01 * i);  // 100 … 200
  histogram.add(999);
  const GridAxis axis = axis_of(histogram);
  const double bin = 1000.0 / Histogram::bins, length = 100;
  EXPECT_NEAR(axis.low, 100 - 0.15 * length, 2 * bin + 0.002 * length);
  EXPECT_NEAR(axis.high, 200 + 0.15 * length, 2 * bin + 0.002 * length);
}

TEST(Landscape, AnAxisOfEqualParticlesHasALength) {
  Histogram histogram(0, 1);
  histogram.add(0.5);
  const GridAxis axis = axis_of(histogram);
  EXPECT_GE(axis.high - axis.low, 1);
}

TEST(Landscape, EveryParticleIsARow) {
  Landscape landscape;
  landscape.done = 5;
  landscape.failed = 4;
  landscape.pending = 3;
  landscape.outliers = 2;
  EXPECT_EQ(landscape.rows(), 14);
}

}  // namespace
}  // namespace elastem
