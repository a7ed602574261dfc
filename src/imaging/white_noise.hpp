#pragma once

#include <cstdint>
#include <span>

#include "core/random.hpp"

namespace elastem {

/// Fills `values` with standard normal deviates, in single precision and many at once: the n-th is a function
/// of (seed, stream, index, n) alone. Box–Muller on the words (2j, 2j + 1) of the stream's Philox 4×32-10
/// blocks, the words that `Random` draws: u = (⌊w_2j/2⌋ + ½)·2⁻³¹, φ = π·w_2j+1·2⁻³¹ (signed), and the pair
/// √(−2 ln u)·(cos φ, sin φ). The largest deviate is 6.7.
void fill_normal(std::uint64_t seed, Stream stream, std::uint64_t index, std::span<float> values);

}  // namespace elastem
