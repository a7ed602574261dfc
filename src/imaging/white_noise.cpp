#include "imaging/white_noise.hpp"

#include <algorithm>
#include <array>
#include <numbers>

#include <Eigen/Core>

namespace elastem {

namespace {

// So many Philox blocks at a time that each step below is a loop over lanes: Random123 makes one block at a
// time and takes four times as long.
constexpr std::size_t lanes = white_noise_batch / 4;
using Words = std::array<std::uint32_t, lanes>;
using Lanes = Eigen::Array<float, lanes, 1>;

/// The Philox 4×32-10 blocks first … first + lanes − 1 of a stream (Salmon et al. 2011, constants of table
/// 2).
void philox(std::uint64_t seed, Stream stream, std::uint64_t index, std::uint32_t first,
            std::array<Words, 4>& c) {
  constexpr int rounds = 10;
  std::array<std::uint32_t, rounds> key_low{}, key_high{};
  for (std::uint32_t round = 0; round < rounds; ++round) {
    key_low[round] = static_cast<std::uint32_t>(seed) + round * 0x9E3779B9U;
    key_high[round] = static_cast<std::uint32_t>(seed >> 32) + round * 0xBB67AE85U;
  }
  for (std::size_t i = 0; i < lanes; ++i) {
    std::uint32_t c0 = first + static_cast<std::uint32_t>(i), c1 = static_cast<std::uint32_t>(stream),
                  c2 = static_cast<std::uint32_t>(index), c3 = static_cast<std::uint32_t>(index >> 32);
#pragma GCC unroll 10  // so that the lanes, not the rounds, are what is left to be made vectors of
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::uint64_t a = std::uint64_t{0xD2511F53} * c0, b = std::uint64_t{0xCD9E8D57} * c2;
      c0 = static_cast<std::uint32_t>(b >> 32) ^ c1 ^ key_low[round];
      c1 = static_cast<std::uint32_t>(b);
      c2 = static_cast<std::uint32_t>(a >> 32) ^ c3 ^ key_high[round];
      c3 = static_cast<std::uint32_t>(a);
    }
    c[0][i] = c0;
    c[1][i] = c1;
    c[2][i] = c2;
    c[3][i] = c3;
  }
}

/// The cosine and the sine parts of a Box–Muller pair a lane.
void box_muller(const Words& radii, const Words& angles, float* cosine, float* sine) {
  Lanes radius, angle;
  for (std::size_t i = 0; i < lanes; ++i) {
    const auto half = static_cast<std::int32_t>(radii[i] >> 1);
    radius[static_cast<Eigen::Index>(i)] = static_cast<float>(half) * 0x1p-31F + 0x1p-32F;
    angle[static_cast<Eigen::Index>(i)] =
        static_cast<float>(static_cast<std::int32_t>(angles[i])) * (std::numbers::pi_v<float> * 0x1p-31F);
  }
  radius = (-2.0F * radius.min(1.0F).log()).sqrt();
  const Lanes x = radius * angle.cos(), y = radius * angle.sin();
  std::copy_n(x.data(), lanes, cosine);
  std::copy_n(y.data(), lanes, sine);
}

}  // namespace

void fill_normal(std::uint64_t seed, Stream stream, std::uint64_t index, std::span<float> values) {
  std::array<Words, 4> words;
  std::array<float, white_noise_batch> made{};
  std::uint32_t block = 0;
  while (!values.empty()) {
    philox(seed, stream, index, block, words);
    box_muller(words[0], words[1], made.data(), made.data() + lanes);
    box_muller(words[2], words[3], made.data() + 2 * lanes, made.data() + 3 * lanes);
    const std::size_t count = std::min(values.size(), made.size());
    std::copy_n(made.begin(), count, values.begin());
    values = values.subspan(count);
    block += lanes;
  }
}

}  // namespace elastem
