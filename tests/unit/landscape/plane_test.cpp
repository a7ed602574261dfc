#include "landscape/plane.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "drawn_values.hpp"

namespace elastem {
namespace {

constexpr double error = 5;  // Å
constexpr GridAxis axis{-50, 50};

// Two wells of 4 Å at (±20, 0), of 70 and 30 %.
std::vector<NoisyValue> two_wells(int count) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < count; ++i) {
    Random random(1, Stream::conformation, static_cast<std::uint64_t>(i));
    const double side = random.uniform() < 0.7 ? -20 : 20;
    values.push_back(noisy(Eigen::Vector2d(side + 4 * random.normal(), 4 * random.normal()), error, random));
  }
  return values;
}

double at(const GridAxis& a, Eigen::Index bin) {
  return a.low + (static_cast<double>(bin) + 0.5) * a.step(Plane::bins);
}

TEST(Plane, TakesTheErrorsOff) {
  const auto values = two_wells(2000);
  const Plane plane = deconvolved_plane(values, axis, axis, 0, 1);
  const double cell = axis.step(Plane::bins) * axis.step(Plane::bins);
  EXPECT_NEAR(plane.density.sum() * cell, 1, 1e-3);
  double left = 0, spread = 0;
  for (Eigen::Index i = 0; i < Plane::bins; ++i)
    for (Eigen::Index j = 0; j < Plane::bins; ++j) {
      const double share = plane.density(i, j) * cell;
      if (at(axis, i) < 0) left += share;
      spread += share * std::pow(at(axis, j), 2);
    }
  EXPECT_NEAR(left, 0.7, 4 * std::sqrt(0.21 / 2000));
  // The wells' 4 Å; of the 5 Å errors a third comes back by smoothing, and values as they are have 6.4 Å.
  EXPECT_NEAR(std::sqrt(spread), std::hypot(4, 0.35 * error), 0.5);
}

TEST(Plane, KnowsWhereTheDataDoNotTell) {
  const auto values = two_wells(300);
  const Plane plane = deconvolved_plane(values, axis, axis, 10, 1);
  const auto bin = [](double x) {
    return static_cast<Eigen::Index>((x - axis.low) / axis.step(Plane::bins));
  };
  EXPECT_TRUE(plane.resolved(bin(-20), bin(0)));
  EXPECT_TRUE(plane.resolved(bin(20), bin(0)));
  EXPECT_FALSE(plane.resolved(bin(0), bin(40)));
  const Eigen::ArrayXXd fine = plane.fine_density();
  ASSERT_EQ(fine.rows(), 2 * Plane::bins);
  EXPECT_EQ(fine(2 * bin(0), 2 * bin(40)), 0);
  EXPECT_NEAR(fine(2 * bin(-20), 2 * bin(0)), plane.density(bin(-20), bin(0)),
              0.2 * plane.density.maxCoeff());
}

}  // namespace
}  // namespace elastem
