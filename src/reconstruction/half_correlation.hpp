#pragma once

#include <vector>

namespace elastem {

/// Fourier shell correlations of two half maps, shells 0 … S/2, counted as RELION does (Counting::as_stored).
/// With a mask: of the masked maps, of the masked maps once all phases from shell `randomised_from` on are
/// random, which tells what the mask makes of nothing, and the corrected one from two shells beyond.
struct HalfCorrelation {
  std::vector<double> unmasked, masked, randomised, corrected;
  int randomised_from = 0;  ///< the first shell where the unmasked one is below 0.8

  /// What counts: the corrected one, or without a mask the unmasked one.
  const std::vector<double>& best() const { return corrected.empty() ? unmasked : corrected; }
};

/// (masked − randomised)/(1 − randomised) from shell `from` on, below it `masked` (Chen et al. 2013).
std::vector<double> corrected_correlation(const std::vector<double>& masked,
                                          const std::vector<double>& randomised, int from);

}  // namespace elastem
