#pragma once

#include <cmath>
#include <numbers>

namespace elastem {

/// No value counts as further off than so many standard deviations (Huber's proposal 2).
inline constexpr double huber_limit = 2.5;

/// b = E[min(z², c²)] of a standard normal z, c the limit: by which the mean of limited squares is divided,
/// so that normal distributions come out right.
inline double huber_share() {
  constexpr double c = huber_limit;
  const double within = std::erf(c / std::numbers::sqrt2);
  const double density = std::exp(-c * c / 2) / std::sqrt(2 * std::numbers::pi);
  return within - 2 * c * density + c * c * (1 - within);
}

}  // namespace elastem
