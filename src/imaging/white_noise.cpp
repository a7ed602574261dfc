#include "imaging/white_noise.hpp"

#include <algorithm>
#include <array>
#include <numbers>

#include <Eigen/Core>
#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace elastem {

namespace {

// So many Philox blocks at a time that each step below is a loop over lanes: Random123 makes one block at a
// time and takes five times as long.
constexpr std::size_t lanes = white_noise_batch / 4;
using Words = std::array<std::uint32_t, lanes>;
using Lanes = Eigen::Array<float, lanes, 1>;

#ifdef __AVX2__
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif
/// A vector of 64-bit lanes, of which the lower halves are the words and the upper ones are of no account.
using Wide = std::uint64_t __attribute__((vector_size(vector_bytes)));
constexpr std::uint32_t wide_lanes = vector_bytes / 8;

/// The 64-bit products of the lower halves. The compiler does not see by itself that this is one instruction.
Wide multiply_words(Wide a, std::uint32_t b) {
#ifdef __AVX2__
  return reinterpret_cast<Wide>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), _mm256_set1_epi64x(static_cast<long long>(b))));
#else
  return (a & 0xffffffffU) * std::uint64_t{b};
#endif
}

/// The Philox 4×32-10 blocks first … first + lanes − 1 of a stream (Salmon et al. 2011, constants of table
/// 2).
void philox(std::uint64_t seed, Stream stream, std::uint64_t index, std::uint32_t first,
            std::array<Words, 4>& words) {
  for (std::uint32_t lane = 0; lane < lanes; lane += wide_lanes) {
    const Wide zero{};
    Wide counter{};
    for (std::uint32_t i = 0; i < wide_lanes; ++i) counter[i] = first + lane + i;
    std::array<Wide, 4> c = {counter, zero + static_cast<std::uint64_t>(stream), zero + index,
                             zero + (index >> 32)};
    auto key_low = static_cast<std::uint32_t>(seed), key_high = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const Wide a = multiply_words(c[0], 0xD2511F53), b = multiply_words(c[2], 0xCD9E8D57);
      c = {(b >> 32) ^ c[1] ^ std::uint64_t{key_low}, b, (a >> 32) ^ c[3] ^ std::uint64_t{key_high}, a};
      key_low += 0x9E3779B9;
      key_high += 0xBB67AE85;
    }
    for (std::size_t word = 0; word < 4; ++word)
      for (std::uint32_t i = 0; i < wide_lanes; ++i)
        words[word][lane + i] = static_cast<std::uint32_t>(c[word][i]);
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
  std::array<float, white_noise_batch> last{};
  std::uint32_t block = 0;
  while (!values.empty()) {
    const bool whole = values.size() >= white_noise_batch;
    float* to = whole ? values.data() : last.data();
    philox(seed, stream, index, block, words);
    box_muller(words[0], words[1], to, to + lanes);
    box_muller(words[2], words[3], to + 2 * lanes, to + 3 * lanes);
    if (!whole) std::copy_n(last.begin(), values.size(), values.begin());
    values = values.subspan(std::min(values.size(), white_noise_batch));
    block += lanes;
  }
}

}  // namespace elastem
