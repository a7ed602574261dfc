#include "synthesis/recipe.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "small_recipe.hpp"

namespace elastem {
namespace {

TEST(Conformer, DirectionsAreUniformOnTheSphere) {
  constexpr int n = 20000;
  Recipe recipe = small_recipe();
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  Eigen::Matrix3d second = Eigen::Matrix3d::Zero();
  std::array<int, 8> psi_bins{};
  for (int i = 0; i < n; ++i) {
    const Pose pose = draw_conformer(recipe, 3, static_cast<std::uint64_t>(i)).pose;
    const Eigen::Vector3d view = rotation_matrix(pose.rot, pose.tilt, pose.psi).row(2);
    sum += view;
    second += view * view.transpose();
    const auto bin = static_cast<std::size_t>((pose.psi + 180) / 45);
    ++psi_bins[std::min<std::size_t>(bin, 7)];
  }
  // Each component has mean 0 and variance 1/3; its square has variance 1/5 − 1/9, a product of two 1/15.
  const double root = std::sqrt(static_cast<double>(n));
  for (int a = 0; a < 3; ++a) {
    EXPECT_NEAR(sum[a] / n, 0, 5 * std::sqrt(1.0 / 3) / root);
    EXPECT_NEAR(second(a, a) / n, 1.0 / 3, 5 * std::sqrt(1.0 / 5 - 1.0 / 9) / root);
    EXPECT_NEAR(second(a, (a + 1) % 3) / n, 0, 5 * std::sqrt(1.0 / 15) / root);
  }
  for (const int count : psi_bins) EXPECT_NEAR(count, n / 8.0, 5 * std::sqrt(n * (1.0 / 8) * (7.0 / 8)));
}

TEST(Conformer, PsiAndShiftsAreUniformOrZeroAndChangeNothingElse) {
  Recipe recipe = small_recipe(), still = small_recipe();
  still.psi_uniform = false;
  still.shift_px = 0;
  const double reach = recipe.shift_px * recipe.grid.pixel_size;
  double largest = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Conformer moved = draw_conformer(recipe, 3, i), fixed = draw_conformer(still, 3, i);
    EXPECT_EQ(fixed.pose.psi, 0);
    EXPECT_EQ(fixed.pose.shift.norm(), 0);
    EXPECT_EQ(moved.pose.rot, fixed.pose.rot);
    EXPECT_EQ(moved.pose.tilt, fixed.pose.tilt);
    EXPECT_EQ(moved.amplitudes, fixed.amplitudes);
    largest = std::max(largest, moved.pose.shift.cwiseAbs().maxCoeff());
  }
  EXPECT_LE(largest, reach);
  EXPECT_GE(largest, 0.99 * reach);  // the largest of 2000 uniform numbers stays below with probability 2e−9
}

}  // namespace
}  // namespace elastem
