#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/random.hpp"

namespace elastem {

/// Deviates that are made at once, of a quarter as many blocks of random words.
inline constexpr std::size_t white_noise_batch = 256;

/// Fills `values` with standard normal deviates in single precision: the n-th is a function of (seed, stream,
/// index, n) alone. Box–Muller on the Philox 4×32-10 blocks (w₀, w₁, w₂, w₃) that `Random` draws: of the
/// first pair of words u = (⌊w₀/2⌋ + ½)·2⁻³¹ and φ = π·w₁·2⁻³¹ (w₁ signed) give √(−2 ln u)·(cos φ, sin φ),
/// the second pair likewise. Of a batch's 64 blocks come first all cosines of the first pair, then its sines,
/// then those of the second. The largest deviate is 6.7.
void fill_normal(std::uint64_t seed, Stream stream, std::uint64_t index, std::span<float> values);

}  // namespace elastem
