#include "alignment/result_difference.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/units.hpp"

namespace elastem {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double rounding = 1e-10;  // degrees: tens of units in the last place of a right angle, and room
constexpr double near_zero =
    1e-5;  // degrees: near 1 an arc cosine keeps half of the digits, √(2·2⁻⁵²) rad = 1.2e-6°

ParticleResult result(Eigen::Index modes, double error) {
  ParticleResult one;
  one.state = ParticleState::done;
  one.amplitudes = Eigen::VectorXd::Zero(modes);
  one.standard_errors = Eigen::VectorXd::Constant(modes + 5, error);
  one.euler_angles = {30, 50, 70};
  one.score = 0.5;
  return one;
}

TEST(CommonModes, AreThoseOfBoth) {
  const CommonModes modes = CommonModes::of({7, 8, 10}, {10, 9, 7});
  EXPECT_EQ(modes.numbers, (std::vector<int>{7, 10}));
  EXPECT_EQ(modes.places[0], (std::pair<Eigen::Index, Eigen::Index>{0, 2}));
  EXPECT_EQ(modes.places[1], (std::pair<Eigen::Index, Eigen::Index>{2, 0}));
}

TEST(RotationDifference, IsTheIncrementFromOneToTheOther) {
  const Eigen::Matrix3d from = rotation_matrix(10, 20, 30);
  const Eigen::Vector3d omega(0.1, -0.2, 0.3);
  const Eigen::Vector3d found = rotation_difference(rotation_increment(omega) * from, from);
  EXPECT_LT((found - omega * degrees_per_radian).norm(), 1e-12 * degrees_per_radian);
}

TEST(ResultDifference, OfTheSameIsNone) {
  const ResultDifference by = difference(result(2, 1), result(2, 1), CommonModes::of({7, 8}, {7, 8}));
  // The rounding of a rotation matrix.
  for (const double angle : {by.orientation, by.direction, by.in_plane}) EXPECT_LT(angle, near_zero);
  EXPECT_EQ(by.shift, 0);
  EXPECT_EQ(by.score, 0);
  EXPECT_LT(by.distance, near_zero);
}

TEST(ResultDifference, PartsATurnInThePlaneFromOneOfTheView) {
  const CommonModes modes = CommonModes::of({7}, {7});
  ParticleResult turned = result(1, 1);
  turned.euler_angles[2] += 12;
  const ResultDifference in_plane = difference(result(1, 1), turned, modes);
  EXPECT_NEAR(in_plane.in_plane, 12, rounding);
  EXPECT_NEAR(in_plane.orientation, 12, rounding);
  EXPECT_NEAR(in_plane.direction, 0, near_zero);
  turned = result(1, 1);
  turned.euler_angles[1] += 9;
  const ResultDifference tilted = difference(result(1, 1), turned, modes);
  EXPECT_NEAR(tilted.direction, 9, rounding);
  EXPECT_NEAR(tilted.orientation, 9, rounding);
  EXPECT_NEAR(tilted.in_plane, 0, rounding);
}

TEST(ResultDifference, PullsAreInUnitsOfBothErrors) {
  ParticleResult first = result(2, 3), second = result(1, 4);
  first.amplitudes << 100, 20;
  second.amplitudes << 30;
  second.shift = {3, 4};
  second.score = 0.75;
  const ResultDifference by = difference(first, second, CommonModes::of({7, 8}, {8}));
  ASSERT_EQ(by.amplitudes.size(), 1);
  EXPECT_EQ(by.amplitudes[0], 10);
  EXPECT_EQ(by.pulls[0], 2);  // √(3² + 4²) = 5
  EXPECT_EQ(by.shift, 5);
  EXPECT_EQ(by.score, 0.25);
  // One amplitude, three rotations, two shifts.
  EXPECT_NEAR(by.distance, std::sqrt((4 + 9.0 / 25 + 16.0 / 25) / 6), 1e-6);
}

TEST(ResultDifference, WithoutErrorsADistanceIsInÅAndDegrees) {
  ParticleResult first = result(1, nan), second = result(1, nan);
  second.amplitudes << 6;
  const ResultDifference by = difference(first, second, CommonModes::of({7}, {7}));
  EXPECT_TRUE(std::isnan(by.pulls[0]));
  EXPECT_NEAR(by.distance, std::sqrt(36.0 / 6), 1e-6);
}

}  // namespace
}  // namespace elastem
