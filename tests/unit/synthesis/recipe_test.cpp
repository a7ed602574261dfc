#include "synthesis/recipe.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "small_recipe.hpp"
#include "tests/support/scratch.hpp"

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
  still.orientation.psi_uniform = false;
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

TEST(Conformer, GaussianShiftsHaveTheirDeviationAndStayInTheBox) {
  constexpr int n = 20000;
  Recipe recipe = small_recipe();
  recipe.shift = ShiftDistribution::gaussian;
  recipe.shift_px = 3;  // half the box is 5.3 deviations: what is drawn anew changes the variance by 1e−5
  double squares = 0;
  for (std::uint64_t i = 0; i < n; ++i)
    squares += (draw_conformer(recipe, 3, i).pose.shift / recipe.grid.pixel_size).squaredNorm();
  EXPECT_NEAR(squares / (2 * n) / 9, 1, 5 * std::sqrt(1.0 / n));  // of 2n squares of variance 2
  recipe.shift_px = 15;  // half the box is 1.07 deviations: 28 % of the values are drawn anew
  double largest = 0;
  for (std::uint64_t i = 0; i < 1000; ++i)
    largest = std::max(largest, draw_conformer(recipe, 3, i).pose.shift.cwiseAbs().maxCoeff());
  const double edge = recipe.grid.size / 2.0 * recipe.grid.pixel_size;
  EXPECT_LE(largest, edge);
  EXPECT_GE(largest, 0.95 * edge);  // 2000 values: each is beyond with probability 0.02
}

TEST(Conformer, ChangingOneDistributionChangesNoOther) {
  const Recipe plain = small_recipe();
  Recipe changed = plain;
  changed.relation = Relation::random;
  Recipe seen = plain;
  seen.orientation.preferred = {{10, 70, 1}};
  seen.orientation.spread = 5;
  Recipe moved = plain;
  moved.shift = ShiftDistribution::gaussian;
  Recipe focused = plain;
  focused.optics = {{5000, 20000}, {100, 500}, std::nullopt, {0, 90}};
  for (std::uint64_t i = 0; i < 50; ++i) {
    const Conformer was = draw_conformer(plain, 3, i);
    int conformations = 0, views = 0, shifts = 0, optics = 0;
    for (const Recipe& recipe : {changed, seen, moved, focused}) {
      const Conformer now = draw_conformer(recipe, 3, i);
      conformations += now.amplitudes != was.amplitudes;
      views += now.pose.tilt != was.pose.tilt;
      shifts += now.pose.shift != was.pose.shift;
      optics += !(now.ctf == was.ctf);
      EXPECT_EQ(now.pose.psi, was.pose.psi);
    }
    EXPECT_EQ(conformations, 1);
    EXPECT_EQ(views, 1);
    EXPECT_EQ(shifts, 1);
    EXPECT_EQ(optics, 1);
  }
}

TEST(Conformer, ATableGivesTheAmplitudesAndAFileTheCtf) {
  Recipe recipe = small_recipe();
  recipe.relation = Relation::table;
  recipe.table = [](std::uint64_t i) { return Eigen::VectorXd::Constant(3, static_cast<double>(i)).eval(); };
  recipe.ctf.correction = CtfCorrection::phase_flip;
  recipe.ctf_from_file = [](std::uint64_t i) {
    Ctf ctf;
    ctf.defocus_u = ctf.defocus_v = 1000.0 * static_cast<double>(i);
    return ctf;
  };
  const Conformer conformer = draw_conformer(recipe, 3, 7);
  EXPECT_EQ(conformer.amplitudes, Eigen::Vector3d(7, 7, 7));
  EXPECT_EQ(conformer.ctf.defocus_u, 7000);
  EXPECT_EQ(conformer.ctf.correction, CtfCorrection::phase_flip);
}

TEST(Conformer, KnownStructuresAreEquallyLikely) {
  constexpr int n = 9000;
  Recipe recipe = small_recipe();
  recipe.relation = Relation::structures;
  for (const char* name : {"open", "half", "closed"}) {
    const double q = static_cast<double>(recipe.structures.size());
    recipe.structures.push_back(
        {name, std::make_shared<Eigen::Matrix3Xd>(3, 100), Eigen::VectorXd::Constant(3, q)});
  }
  std::array<int, 3> counts{};
  for (std::uint64_t i = 0; i < n; ++i) {
    const Conformer conformer = draw_conformer(recipe, 3, i);
    const auto which = static_cast<std::size_t>(conformer.amplitudes[0]);
    EXPECT_EQ(conformer.structure, recipe.structures[which].name);
    EXPECT_EQ(conformer.atoms, recipe.structures[which].atoms);
    ++counts[which];
  }
  for (const int count : counts) EXPECT_NEAR(count, n / 3.0, 5 * std::sqrt(n * (1.0 / 3) * (2.0 / 3)));
}

TEST(Recipe, WhatCannotBeMadeIsRefusedByTheNameOfItsOption) {
  EXPECT_NO_THROW(require_possible(small_recipe(), 3));
  const auto refused = [](const std::string& option, auto change) {
    Recipe recipe = small_recipe();
    change(recipe);
    expect_error([&] { require_possible(recipe, 3); }, {"--" + option});
  };
  refused("view-spread", [](Recipe& r) { r.orientation.spread = -1; });
  refused("view-share", [](Recipe& r) { r.orientation.share = 1.1; });
  refused("views", [](Recipe& r) { r.orientation.preferred = {{0, 0, -1}}; });
  refused("shift-px", [](Recipe& r) { r.shift_px = 16; });
  refused("grid-points", [](Recipe& r) { r.grid_points = 1; });
  refused("max-resolution", [](Recipe& r) { r.max_resolution = 4.9; });  // two pixels are 5 Å
  refused("max-resolution", [](Recipe& r) { r.max_resolution = 41; });   // half the image side is 40 Å
  refused("background-radius", [](Recipe& r) {
    r.normalisation = Normalisation::background;
    r.background_radius = 17;
  });
}

}  // namespace
}  // namespace elastem
