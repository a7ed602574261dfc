#include "core/random.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <set>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using Counter = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

// Philox 4×32-10 written down from Salmon et al. (2011), on its own.
Counter philox(Counter c, Key k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0], p1 = std::uint64_t{0xCD9E8D57} * c[2];
    const auto high0 = static_cast<std::uint32_t>(p0 >> 32), high1 = static_cast<std::uint32_t>(p1 >> 32);
    c = {high1 ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1), high0 ^ c[3] ^ k[1],
         static_cast<std::uint32_t>(p0)};
    k = {k[0] + 0x9E3779B9, k[1] + 0xBB67AE85};
  }
  return c;
}

// Random123's kat_vectors, "philox4x32 10".
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, BitsAreThePhiloxBlocksOfSeedStreamAndIndex) {
  const std::uint64_t seed = 0x123456789abcdef0, index = 0xfedcba9876543210;
  Random random(seed, Stream::noise, index);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const Counter expected = philox(
        {block, static_cast<std::uint32_t>(Stream::noise), 0x76543210, 0xfedcba98}, {0x9abcdef0, 0x12345678});
    for (const auto word : expected) EXPECT_EQ(random.bits(), word);
  }
}

TEST(Random, StreamsSeedsAndIndicesDiffer) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed : {1, 2})
    for (auto stream : {Stream::orientation, Stream::shift})
      for (std::uint64_t index : {0, 1, 2})
        first.insert(Random(seed, stream, index).below(std::uint64_t{1} << 52));
  EXPECT_EQ(first.size(), 12U);
}

TEST(Random, DrawsOfOnePurposeDoNotShiftAnothers) {
  Random undisturbed(7, Stream::shift, 3);
  const double expected = undisturbed.uniform();
  Random other(7, Stream::noise, 3);
  for (int i = 0; i < 100; ++i) other.normal();
  EXPECT_EQ(Random(7, Stream::shift, 3).uniform(), expected);
}

constexpr int draws = 100'000;
// A mean of n independent draws lies within 5 standard errors of its expectation but once in two million
// seeds; the seed is fixed, so the outcome is too.
double five_standard_errors(double variance) {
  return 5 * std::sqrt(variance / draws);
}

TEST(Random, UniformHasTheMomentsOfTheUniformDistribution) {
  double sum = 0, square = 0, low = 1, high = 0;
  Random random(1, Stream::sampling, 0);
  for (int i = 0; i < draws; ++i) {
    const double u = random.uniform();
    sum += u;
    square += u * u;
    low = std::min(low, u);
    high = std::max(high, u);
  }
  EXPECT_GE(low, 0.0);
  EXPECT_LT(high, 1.0);
  EXPECT_NEAR(sum / draws, 1.0 / 2, five_standard_errors(1.0 / 12));
  EXPECT_NEAR(square / draws, 1.0 / 3, five_standard_errors(4.0 / 45));
}

TEST(Random, NeighbouringIndicesAreUncorrelated) {
  double product = 0;
  for (std::uint64_t i = 0; i < draws; ++i)
    product +=
        (Random(1, Stream::shift, i).uniform() - 0.5) * (Random(1, Stream::shift, i + 1).uniform() - 0.5);
  EXPECT_NEAR(product / draws, 0, five_standard_errors(1.0 / 144));
}

TEST(Random, NormalHasTheMomentsOfTheNormalDistribution) {
  double sum = 0, square = 0, fourth = 0;
  Random random(2, Stream::sampling, 0);
  for (int i = 0; i < draws; ++i) {
    const double z = random.normal();
    sum += z;
    square += z * z;
    fourth += z * z * z * z;
  }
  EXPECT_NEAR(sum / draws, 0, five_standard_errors(1));
  EXPECT_NEAR(square / draws, 1, five_standard_errors(2));
  EXPECT_NEAR(fourth / draws, 3, five_standard_errors(96));  // E z⁸ − 3² = 105 − 9
}

TEST(Random, BelowCoversItsRangeEvenly) {
  std::array<int, 5> counts{};
  Random random(3, Stream::sampling, 0);
  for (int i = 0; i < draws; ++i) ++counts.at(random.below(5));
  for (const int count : counts) EXPECT_NEAR(count / double{draws}, 0.2, five_standard_errors(0.2 * 0.8));
  EXPECT_THROW(random.below(0), Bug);
}

}  // namespace
}  // namespace elastem
