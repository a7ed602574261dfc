#pragma once

#include <cstdint>
#include <optional>

#include "core/interval.hpp"
#include "imaging/ctf.hpp"

namespace elastem {

/// How the CTF varies over a synthetic data set: uniform in each interval.
struct OpticsDistribution {
  Interval defocus;                   ///< d = (U + V)/2, Å
  Interval astigmatism;               ///< a = U − V, Å: U = d + a/2, V = d − a/2
  std::optional<double> angle = 0.0;  ///< of U, degrees; none: uniform in [0, 180)
  Interval phase_shift;               ///< degrees
};

/// The CTF of a particle: `common` with defocus, astigmatism and phase shift drawn, each by itself. A pure
/// function of its arguments.
Ctf draw_ctf(const OpticsDistribution& distribution, const Ctf& common, std::uint64_t seed,
             std::uint64_t index);

}  // namespace elastem
