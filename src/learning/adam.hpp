#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elastem {

/// Adam (Kingma & Ba 2015, arXiv:1412.6980): plain data, so that a checkpoint holds all of it.
struct Adam {
  explicit Adam(std::size_t parameter_count = 0)
      : mean(parameter_count, 0.0F), square(parameter_count, 0.0F) {}

  std::vector<float> mean, square;  ///< running first and second moments of the gradient
  std::int64_t steps = 0;

  /// w ← w − rate·m̂/(√v̂ + 10⁻⁸) with β₁ = 0.9, β₂ = 0.999, after scaling the gradient down to the norm
  /// `largest_norm` when it is longer. Returns the norm before clipping. A gradient that is not finite throws
  /// Error.
  double step(std::span<float> weights, std::span<const float> gradient, double rate, double largest_norm);
};

}  // namespace elastem
