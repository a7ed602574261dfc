#include "modes/normal_modes.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

TEST(Collectivity, IsOneWhereAllNodesMoveEquallyFar) {
  Eigen::VectorXd vector(12);
  vector << 1, 0, 0, 0, -1, 0, 0, 0, 1, 0.6, 0.8, 0;
  EXPECT_NEAR(collectivity(vector), 1, 20 * epsilon);
}

TEST(Collectivity, IsOneInNWhereOneNodeMovesAlone) {
  Eigen::VectorXd vector = Eigen::VectorXd::Zero(30);
  vector(10) = -7;
  EXPECT_NEAR(collectivity(vector), 0.1, 20 * epsilon);
}

TEST(Collectivity, DoesNotDependOnTheLengthOfTheVector) {
  const Eigen::VectorXd vector = Eigen::VectorXd::LinSpaced(30, -1, 2);
  EXPECT_NEAR(collectivity(vector), collectivity(3 * vector), 20 * epsilon);
  EXPECT_THROW(collectivity(Eigen::VectorXd::Zero(30)), Bug);
}

TEST(ModeScores, AddOrderAndRankByCollectivity) {
  const Eigen::Vector4d scores = mode_scores(Eigen::Vector4d(0.2, 0.5, 0.1, 0.4));
  EXPECT_EQ(scores, Eigen::Vector4d((1 + 3) / 8.0, (2 + 1) / 8.0, (3 + 4) / 8.0, (4 + 2) / 8.0));
}

}  // namespace
}  // namespace elastem
