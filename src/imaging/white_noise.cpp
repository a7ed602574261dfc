#include "imaging/white_noise.hpp"

#include <algorithm>
#include <array>
#include <numbers>

#include <Eigen/Core>

namespace elastem {

namespace {

// So many Philox blocks at a time that each step below is a loop over lanes: Random123 makes one block at a
// time and takes four times as long.
constexpr std::size_t lanes = 64;
using Words = std::array<std::uint32_t, lanes>;
using Lanes = Eigen::Array<float, lanes, 1>;

/// The Philox 4×32-10 blocks first … first + lanes − 1 of a stream (Salmon et al. 2011, constants of table
/// 2).
void philox(std::uint64_t seed, Stream stream, std::uint64_t index, std::uint32_t first,
            std::array<Words, 4>& c) {
  for (std::size_t i = 0; i < lanes; ++i) c[0][i] = first + static_cast<std::uint32_t>(i);
  c[1].fill(static_cast<std::uint32_t>(stream));
  c[2].fill(static_cast<std::uint32_t>(index));
  c[3].fill(static_cast<std::uint32_t>(index >> 32));
  auto key_low = static_cast<std::uint32_t>(seed), key_high = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < lanes; ++i) {
      const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0][i], b = std::uint64_t{0xCD9E8D57} * c[2][i];
      c[0][i] = static_cast<std::uint32_t>(b >> 32) ^ c[1][i] ^ key_low;
      c[1][i] = static_cast<std::uint32_t>(b);
      c[2][i] = static_cast<std::uint32_t>(a >> 32) ^ c[3][i] ^ key_high;
      c[3][i] = static_cast<std::uint32_t>(a);
    }
    key_low += 0x9E3779B9;
    key_high += 0xBB67AE85;
  }
}

/// cos and sin parts of a Box–Muller pair a lane.
void box_muller(const Words& radii, const Words& angles, Lanes& cosine, Lanes& sine) {
  Eigen::Array<std::int32_t, lanes, 1> half, turn;
  for (std::size_t i = 0; i < lanes; ++i) {
    half[static_cast<Eigen::Index>(i)] = static_cast<std::int32_t>(radii[i] >> 1);
    turn[static_cast<Eigen::Index>(i)] = static_cast<std::int32_t>(angles[i]);
  }
  const Lanes radius = (-2.0F * (half.cast<float>() * 0x1p-31F + 0x1p-32F).min(1.0F).log()).sqrt();
  const Lanes angle = turn.cast<float>() * (std::numbers::pi_v<float> * 0x1p-31F);
  cosine = radius * angle.cos();
  sine = radius * angle.sin();
}

}  // namespace

void fill_normal(std::uint64_t seed, Stream stream, std::uint64_t index, std::span<float> values) {
  std::array<Words, 4> words;
  std::array<Lanes, 4> deviates;
  std::array<float, 4 * lanes> made{};
  std::uint32_t block = 0;
  while (!values.empty()) {
    philox(seed, stream, index, block, words);
    box_muller(words[0], words[1], deviates[0], deviates[1]);
    box_muller(words[2], words[3], deviates[2], deviates[3]);
    for (std::size_t i = 0; i < lanes; ++i)
      for (std::size_t part = 0; part < 4; ++part)
        made[4 * i + part] = deviates[part][static_cast<Eigen::Index>(i)];
    const std::size_t count = std::min(values.size(), made.size());
    std::copy_n(made.begin(), count, values.begin());
    values = values.subspan(count);
    block += lanes;
  }
}

}  // namespace elastem
