#include "landscape/chosen_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drawn_values.hpp"
#include "landscape/paths.hpp"
#include "landscape/view_density.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

TEST(ChosenPlace, IsARowOrAmplitudes) {
  const auto [from, to] = parse_ends(" 12 : q7=-50, q8=1.5");
  EXPECT_EQ(from.row, 12);
  EXPECT_EQ(name_of(from), "row 12");
  EXPECT_EQ(to.row, 0);
  EXPECT_EQ(to.amplitudes, (std::vector<std::pair<int, double>>{{7, -50}, {8, 1.5}}));
  EXPECT_EQ(name_of(to), "q7=-50, q8=1.5");
  EXPECT_EQ(parse_ends("7=1:7=2").second.amplitudes.front().second, 2);
}

TEST(ChosenPlace, RefusesWhatIsNone) {
  for (const std::string text :
       {"", "12", "1:2:3", ":", "1:", "0 : 1", "-3 : 1", "x : 1", "q7= : 1", "1.5 : 2"})
    EXPECT_THAT(error_of([&] { parse_ends(text); }), HasSubstr("two conformations with a colon")) << text;
  const ChosenPlace place = parse_ends("q9=1 : 1").first;
  EXPECT_THAT(error_of([&] { require_modes(place, {7, 8}); }), HasSubstr("has no mode 9: its modes are 7,8"));
}

TEST(ChosenPlace, OtherModesFollowFromThoseGiven) {
  // Modes 7 and 8 go together with a correlation of 0.8; mode 9 goes by itself.
  Eigen::Matrix3d covariance;
  covariance << 100, 40, 0, 40, 25, 0, 0, 0, 4;
  const auto components = PrincipalComponents::of(10, Eigen::Vector3d(1, 2, 3), covariance);
  const Eigen::VectorXd at = amplitudes_of(parse_ends("q7=11 : 1").first, {7, 8, 9}, components);
  constexpr double rounding = 1e-6;  // Å: of the axes and of an inverse
  EXPECT_NEAR(at[0], 11, rounding);
  EXPECT_NEAR(at[1], 2 + 40.0 / 100 * 10, rounding);
  EXPECT_NEAR(at[2], 3, rounding);
}

TEST(ErrorMixture, ExpectsTheTruthNearerToTheOthersThanAValueIs) {
  ErrorMixture mixture;
  mixture.weights = {1};
  mixture.means = {Coordinates::Constant(1, 10)};
  mixture.covariances = {CoordinateMatrix::Constant(1, 1, 4)};
  mixture.wrong_share = 1e-6;
  mixture.wrong_mean = mixture.means[0];
  mixture.wrong_covariance = CoordinateMatrix::Constant(1, 1, 100);
  // Of a normal distribution of variance 4 and an error of 12: a quarter of the way.
  const NoisyValue value{Coordinates::Constant(1, 18), CoordinateMatrix::Constant(1, 1, 12)};
  EXPECT_NEAR(mixture.expected_truth(value)[0], 12, 1e-9);
}

// Values along a half circle: the way between its ends goes along it.
TEST(ChosenPath, FollowsTheParticlesAndIsNoneWhereNobodyIs) {
  constexpr double radius = 60, error = 4;
  std::vector<NoisyValue> values;
  for (int i = 0; i < 2000; ++i) {
    Random random(5, Stream::conformation, static_cast<std::uint64_t>(i));
    const double angle = random.uniform(0, M_PI);
    values.push_back(
        noisy(Eigen::Vector2d(radius * std::cos(angle), radius * std::sin(angle)), error, random));
  }
  const States states = states_of(values, 8, 0, 1);
  const Eigen::Vector2d from(radius * std::cos(0.2), radius * std::sin(0.2)),
      to(radius * std::cos(2.9), radius * std::sin(2.9));
  const auto path = path_between(states, values, from, to, 15, 8, 1);
  ASSERT_TRUE(path);
  const double rounding = 1e-12 * radius;
  EXPECT_NEAR((Eigen::Vector2d(path->points.front()) - from).norm(), 0, rounding);
  EXPECT_NEAR((Eigen::Vector2d(path->points.back()) - to).norm(), 0, rounding);
  for (const Coordinates& at : path->points) EXPECT_NEAR(at.norm(), radius, 2.5 * error) << at.transpose();
  EXPECT_EQ(path->energies.size(), 15U);
  EXPECT_EQ(path->low.size(), 15U);
  EXPECT_TRUE(is_seen(states, values, from));
  EXPECT_FALSE(is_seen(states, values, Eigen::Vector2d(0, -radius)));
  EXPECT_FALSE(path_between(states, values, from, Eigen::Vector2d(0, -radius), 15, 0, 1));
}

TEST(ViewDensity, EvenViewsHaveEqualWeights) {
  ViewDensity views;
  for (int i = 0; i < 20000; ++i) {
    Random random(1, Stream::orientation, static_cast<std::uint64_t>(i));
    views.add({random.uniform(-180, 180), std::acos(random.uniform(-1, 1)) * 180 / M_PI, 0});
  }
  const ViewDensity::Weights found = views.weights();
  // Some 70 views are within the kernel of 11°: weights scatter by about 1/√(2·70).
  EXPECT_GT(found.effective, 0.97 * 20000);
  EXPECT_GT(found.least, 0.6);
  EXPECT_LT(found.greatest, 1.6);
  EXPECT_EQ(found.capped, 0);
}

TEST(ViewDensity, CrowdedViewsCountLess) {
  ViewDensity views;
  double weighted_top = 0, all = 0;
  std::vector<int> cells;
  std::vector<bool> top;
  for (int i = 0; i < 20000; ++i) {  // three of four about the pole, the others anywhere
    Random random(2, Stream::orientation, static_cast<std::uint64_t>(i));
    const bool crowded = random.uniform() < 0.75;
    const double tilt =
        crowded ? 20 * std::sqrt(random.uniform()) : std::acos(random.uniform(-1, 1)) * 180 / M_PI;
    const Eigen::Vector3d view(random.uniform(-180, 180), random.uniform() < 0.5 ? tilt : 180 - tilt, 0);
    views.add(view);
    cells.push_back(views.cell_of(view));
    top.push_back(tilt < 20 || tilt > 160);
  }
  const ViewDensity::Weights found = views.weights();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double weight = found.of_cells[static_cast<std::size_t>(cells[i])];
    all += weight;
    if (top[i]) weighted_top += weight;
  }
  EXPECT_NEAR(all / 20000, 1, 1e-9);
  // Within 20° of the poles are 6 % of the sphere and 76 % of the views; the kernel of 11° blurs their edge.
  EXPECT_GT(weighted_top / all, 1 - std::cos(20 * M_PI / 180) - 0.01);
  EXPECT_LT(weighted_top / all, 1 - std::cos(31 * M_PI / 180) + 0.01);
  EXPECT_LT(found.effective, 0.6 * 20000);
}

TEST(ViewDensity, OppositeViewsAreOne) {
  const ViewDensity views;
  for (const double rot : {-170.0, -20.0, 11.0, 75.0})
    for (const double tilt : {1.0, 33.0, 88.0})
      EXPECT_EQ(views.cell_of({rot, tilt, 10}), views.cell_of({rot + 180, 180 - tilt, 50}));
}

}  // namespace
}  // namespace elastem
