#include "reconstruction/shell_correlation.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "cube_transform.hpp"

namespace elastem {
namespace {

constexpr int side = 16;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

std::vector<double> noise(std::uint64_t seed) {
  std::vector<double> values(side * side * side);
  Random random(seed, Stream::noise, 0);
  for (double& value : values) value = random.normal();
  return values;
}

std::vector<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
  ShellSums sums(side);
  add_planes(sums, 0, test::transformed(a, side), test::transformed(b, side));
  return shell_correlation(sums);
}

TEST(ShellCorrelation, IsOneForScaledAndMinusOneForInvertedVolumes) {
  const auto volume = noise(1);
  auto scaled = volume, inverted = volume;
  for (double& value : scaled) value *= 3;
  for (double& value : inverted) value *= -0.5;
  const auto same = correlation(volume, scaled), opposite = correlation(volume, inverted);
  for (std::size_t shell = 0; shell < same.size(); ++shell) {
    EXPECT_NEAR(same[shell], 1, 100 * epsilon);
    EXPECT_NEAR(opposite[shell], -1, 100 * epsilon);
  }
}

TEST(ShellCorrelation, OfIndependentNoiseScattersLikeOneOverTheRootOfTheTerms) {
  const auto curve = correlation(noise(1), noise(2));
  for (std::size_t shell = 3; shell < curve.size(); ++shell) {
    const double independent_terms = 2 * M_PI * static_cast<double>(shell * shell);  // half of a sphere's
    EXPECT_LT(std::abs(curve[shell]), 5 / std::sqrt(independent_terms)) << shell;
  }
}

TEST(ShellCorrelation, PlanesMayComeInParts) {
  const auto a = test::transformed(noise(1), side), b = test::transformed(noise(2), side);
  ShellSums whole(side), parts(side);
  add_planes(whole, 0, a, b);
  const std::size_t plane = side * (side / 2 + 1);
  for (const auto& [first, count] : {std::pair<std::size_t, std::size_t>{0, 5}, {5, 0}, {5, 11}})
    add_planes(parts, static_cast<int>(first), std::span(a).subspan(first * plane, count * plane),
               std::span(b).subspan(first * plane, count * plane));
  EXPECT_EQ(whole.product, parts.product);
  EXPECT_EQ(whole.first_power, parts.first_power);
}

TEST(ShellCorrelation, TermsAreCountedOnceEach) {
  ShellSums sums(side);
  const std::vector<std::complex<double>> ones(side * side * (side / 2 + 1), 1.0);
  add_planes(sums, 0, ones, ones);
  // Shell 1 of a cubic grid: 6 neighbours at distance 1 and 12 at √2, which rounds to 1.
  EXPECT_EQ(sums.product[0], 1);
  EXPECT_EQ(sums.product[1], 18);
}

TEST(ShellCorrelation, CountsWhatIsStoredAsRelionDoes) {
  ShellSums sums(side);
  const std::vector<std::complex<double>> ones(side * side * (side / 2 + 1), 1.0);
  add_planes(sums, 0, ones, ones, Counting::as_stored);
  // Of shell 1's 18 terms 8 have x = 0, of 10 the half with x > 0 is stored.
  EXPECT_EQ(sums.product[1], 13);
}

TEST(Resolution, IsInterpolatedBetweenShells) {
  const std::vector<double> curve = {1, 1, 0.9, 0.1, 0};
  EXPECT_NEAR(resolution_at(curve, 0.5, 8, 2.0), 16 / 2.5, 16 * epsilon);
  EXPECT_EQ(resolution_at({1, 1, 1, 1, 1}, 0.5, 8, 2.0), 4.0);
}

TEST(ShellCorrelation, RefusesUnequalVolumes) {
  ShellSums sums(side);
  const std::vector<std::complex<double>> one_plane(side * (side / 2 + 1)), two_planes(2 * one_plane.size());
  EXPECT_THROW(add_planes(sums, 0, one_plane, two_planes), Bug);
}

}  // namespace
}  // namespace elastem
