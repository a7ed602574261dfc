#include "imaging/pose.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "random_model.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

TEST(Pose, MatrixHasTheDocumentedSigns) {
  const Eigen::Matrix3d r = rotation_matrix(90, 0, 0);
  EXPECT_NEAR(r(0, 1), 1, epsilon);
  EXPECT_NEAR(r(1, 0), -1, epsilon);
  const Eigen::Matrix3d t = rotation_matrix(0, 90, 0);
  EXPECT_NEAR(t(0, 2), -1, epsilon);
  EXPECT_NEAR(t(2, 0), 1, epsilon);
}

TEST(Pose, AnglesOfAMatrixGiveTheMatrixBack) {
  Random random(3, Stream::sampling, 0);
  for (int i = 0; i < 200; ++i) {
    const Eigen::Matrix3d r = random_rotation(random);
    const Eigen::Vector3d angles = euler_angles(r);
    // acos-free formulas: an angle loses at most a few ε against its matrix.
    EXPECT_LT((rotation_matrix(angles[0], angles[1], angles[2]) - r).norm(), 100 * epsilon);
  }
}

TEST(Pose, PolesKeepTheRotation) {
  for (const double tilt : {0.0, 180.0}) {
    const Eigen::Matrix3d r = rotation_matrix(35, tilt, 50);
    const Eigen::Vector3d angles = euler_angles(r);
    EXPECT_EQ(angles[0], 0);
    // sin 180° is not 0 in floating point; what is left of the tilt is of the order of ε.
    EXPECT_LT((rotation_matrix(angles[0], angles[1], angles[2]) - r).norm(), 100 * epsilon);
  }
}

TEST(Pose, DistancesAreAngles) {
  Random random(4, Stream::sampling, 0);
  for (const double degrees : {0.0, 1e-6, 10.0, 90.0, 179.0}) {
    const Eigen::Matrix3d a = random_rotation(random);
    const Eigen::Matrix3d b = rotation_increment(Eigen::Vector3d(0, 0, degrees * radians_per_degree)) * a;
    const double tolerance = 1e3 * epsilon * degrees_per_radian;  // asin near 1 magnifies rounding
    EXPECT_NEAR(rotation_distance(a, b), degrees, tolerance);
    EXPECT_NEAR(direction_distance(a, b), 0, tolerance);
  }
}

}  // namespace
}  // namespace elastem
