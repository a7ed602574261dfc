#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elastem {

/// Beyond which values a particle is an outlier: its structure does not explain its image.
struct OutlierLimits {
  double lowest_score;  ///< normalised cross-correlation
  double highest_chi2;  ///< χ² over its degrees of freedom

  bool exceeded(double score, double chi2) const { return score < lowest_score || chi2 > highest_chi2; }
};

/// The distribution of the scores and of χ² over a data set, as histograms whose counts are added over ranks:
/// the limits are the same to the last bit on any number of ranks. Scores are counted in steps of 10⁻⁴, ln χ²
/// in steps of 5·10⁻⁴.
class QualityTally {
 public:
  QualityTally();
  /// A particle that was aligned; χ² that is not finite counts as beyond all others.
  void add(double score, double chi2);
  /// What is to be added element by element over ranks before `limits`.
  std::span<std::int64_t> counts() { return counts_; }
  /// Five robust standard deviations (1.4826 times the median absolute deviation, but at least 0.01 of the
  /// score and of ln χ²) below the median score and above the median ln χ². With fewer than 20 particles
  /// nothing is an outlier.
  OutlierLimits limits() const;

 private:
  std::vector<std::int64_t> counts_;
};

}  // namespace elastem
