#include "imaging/white_noise.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace elastem {
namespace {

TEST(WhiteNoise, IsBoxMullerOnTheWordsOfItsStream) {
  const std::uint64_t seed = 0x123456789abcdef0, index = 0xfedcba9876543210;
  std::vector<float> noise(1001);  // neither whole batches nor whole blocks
  fill_normal(seed, Stream::noise, index, noise);
  Random random(seed, Stream::noise, index);
  constexpr std::size_t lanes = white_noise_batch / 4;
  for (std::size_t block = 0; block < 3 * lanes; ++block) {
    for (std::size_t pair = 0; pair < 2; ++pair) {
      const double u = (random.bits() / 2 + 0.5) * 0x1p-31;
      const double angle = std::numbers::pi * static_cast<std::int32_t>(random.bits()) * 0x1p-31;
      const double radius = std::sqrt(-2 * std::log(u));
      // u is rounded to a float, which moves the radius by ε/radius; the angle by ε·π times the radius.
      constexpr double epsilon = std::numeric_limits<float>::epsilon();
      const double tolerance = 4 * epsilon * (radius + 1 / std::max(radius, std::sqrt(epsilon)));
      const std::size_t at = block / lanes * white_noise_batch + 2 * pair * lanes + block % lanes;
      EXPECT_NEAR(noise[at], radius * std::cos(angle), tolerance);
      EXPECT_NEAR(noise[at + lanes], radius * std::sin(angle), tolerance);
    }
  }
}

TEST(WhiteNoise, ShorterFieldsAreTheBeginningOfLongerOnes) {
  std::vector<float> few(37), many(4096), others(4096);
  fill_normal(5, Stream::noise, 3, few);
  fill_normal(5, Stream::noise, 3, many);
  fill_normal(5, Stream::noise, 4, others);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  EXPECT_NE(many, others);
}

TEST(WhiteNoise, MomentsAndNeighboursAreThoseOfIndependentNormals) {
  constexpr std::size_t n = 1 << 20;
  std::vector<float> noise(n);
  fill_normal(1, Stream::noise, 0, noise);
  double sum = 0, square = 0, fourth = 0, product = 0, largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double z = noise[i];
    sum += z, square += z * z, fourth += z * z * z * z;
    product += z * static_cast<double>(noise[(i + 1) % n]);
    largest = std::max(largest, std::abs(z));
  }
  // Five standard errors: the seed is fixed, and so is the outcome. E z⁸ − 3² = 96.
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sum / n, 0, 5 / root);
  EXPECT_NEAR(square / n, 1, 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0) / root);
  EXPECT_NEAR(product / n, 0, 5 / root);
  EXPECT_GT(largest, 4.2);  // a million deviates stay below 4.2 σ with a probability of 10⁻¹²
  EXPECT_LT(largest, 6.7);
}

}  // namespace
}  // namespace elastem
