#include "reconstruction/regularisation.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

TEST(Regularisation, IsAShareOfWhatImagesWithoutACtfWouldWeigh) {
  const Regularisation constant(0.01, 800);
  EXPECT_DOUBLE_EQ(constant.gain(10, 0), 10);
  EXPECT_DOUBLE_EQ(constant.gain(10, 0.4), 2);
  EXPECT_DOUBLE_EQ(constant.gain(0, 0), 1);
  EXPECT_EQ(Regularisation(0, 800).gain(10, 0), 0);
  EXPECT_TRUE(constant.filter().empty());
}

TEST(Regularisation, TimesItsFilterIsWieners) {
  const std::vector<double> correlation{0, 0.9, 0.5, -0.2, 1}, means{9, 8, 6, 4, 2};
  const Regularisation wiener(correlation, means);
  ASSERT_EQ(wiener.filter().size(), 5U);
  // Side 2S: shell s lies at a radius of 2s.
  for (const auto& [shell, fsc] : {std::pair<std::size_t, double>{1, 0.9},
                                   {2, 0.5},
                                   {3, 1 / std::sqrt(18 * std::numbers::pi)},
                                   {4, 0.999}}) {
    const double ssnr = 2 * fsc / (1 - fsc);
    for (const double weight : {0.0, 1.0, 7.0})
      EXPECT_NEAR(wiener.filter()[shell] * wiener.gain(2.0 * static_cast<double>(shell), weight),
                  1 / (weight + means[shell] / ssnr), 1e-9 * ssnr)
          << shell << " " << weight;
    EXPECT_NEAR(wiener.gain(2.0 * static_cast<double>(shell), means[shell]), 1 / means[shell], 1e-12);
  }
  EXPECT_GT(wiener.filter()[0], 0.99) << "the mean stays, whatever its correlation";
  EXPECT_EQ(wiener.gain(30, 1), wiener.gain(8, 1));
}

TEST(WeightSums, AreMeansOverTheShellsOfTheCoarseGrid) {
  constexpr int size = 6, side = 12;
  std::vector<double> weights(side * side * (side / 2 + 1));
  for_each_term(side, 0, weights.size(), [&](std::size_t i, int x, int y, int z) {
    weights[i] = static_cast<double>(std::lround(radius_of_term(x, y, z) / 2));
  });
  WeightSums whole(size), parts(size);
  add_weights(whole, side, 0, weights);
  const std::size_t half = weights.size() / 2;
  add_weights(parts, side, 0, std::span(weights).first(half));
  add_weights(parts, side, side / 2, std::span(weights).subspan(half));
  for (std::size_t shell = 0; shell <= size / 2; ++shell) {
    EXPECT_NEAR(whole.means()[shell], static_cast<double>(shell), 1e-12);
    EXPECT_EQ(whole.terms[shell], parts.terms[shell]);
  }
}

}  // namespace
}  // namespace elastem
