#pragma once

#include <array>
#include <cstdint>

namespace elastem {

/// What a random number is for. Draws of one purpose never shift those of another.
enum class Stream : std::uint32_t {
  conformation = 1,
  orientation = 2,
  shift = 3,
  optics = 4,
  noise = 5,
  split = 6,
  network = 7,
  augmentation = 8,
  sampling = 9,
  view = 10,
  coloured_noise = 11,
  masking = 12,
};

/// Counter-based random numbers (Philox 4×32-10, Salmon et al. 2011): the n-th number is a function of
/// (seed, stream, index, n) alone, so that a particle's numbers do not depend on ranks or on their order.
class Random {
 public:
  Random(std::uint64_t seed, Stream stream, std::uint64_t index);

  /// 32 random bits.
  std::uint32_t bits();
  /// Uniform in [0, 1) with 53 random bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal deviate (Box–Muller).
  double normal();
  /// Uniform in 0 … n−1; n > 0.
  std::uint64_t below(std::uint64_t n);

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace elastem
