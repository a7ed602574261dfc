#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/row_slices.hpp"

namespace elastem {

/// Principal components of the amplitudes of many particles (all in Å or Å²).
struct PrincipalComponents {
  std::int64_t count = 0;     ///< particles
  Eigen::VectorXd mean;       ///< K
  Eigen::VectorXd variances;  ///< descending
  Eigen::MatrixXd axes;       ///< K×K, a column per component, unit norm, largest entry positive

  /// Axesᵀ·(q − mean).
  Eigen::VectorXd coordinates(const Eigen::VectorXd& amplitudes) const;
  /// The part of the variance that a component explains, 0 … 1 (0 when nothing varies).
  double share(Eigen::Index component) const;

  /// Of a mean and a covariance; variances below 0 count as 0.
  static PrincipalComponents of(std::int64_t count, const Eigen::VectorXd& mean,
                                const Eigen::MatrixXd& covariance);
};

/// Amplitudes with the covariance of their error.
struct NoisyAmplitudes {
  Eigen::VectorXd value;       ///< K, Å
  Eigen::MatrixXd covariance;  ///< K square, Å²
};

/// Components of the truth behind noisy amplitudes: of the normal distribution of mean μ and covariance V
/// under which they are most likely, by expectation–maximisation, so that each counts along a direction by
/// what it says of it; those farther from the mean than four standard deviations of such distances count less
/// (Huber 1964), so that wrong ones do not bend it. Throws Error with fewer than two.
PrincipalComponents true_components(std::span<const NoisyAmplitudes> values);

/// First and second moments of amplitudes, kept by slices of the rows so that the answer has the same bits on
/// any number of ranks: a rank adds whole slices in ascending order, `sums` are added over ranks.
class AmplitudeMoments {
 public:
  AmplitudeMoments(Eigen::Index mode_count, std::int64_t rows);
  void add(std::int64_t row, const Eigen::VectorXd& amplitudes);
  std::span<double> sums() { return sums_; }
  /// Components from the covariance Σ(q − mean)(q − mean)ᵀ/(n − 1). Throws Error with fewer than two
  /// particles.
  PrincipalComponents components() const;

 private:
  Eigen::Index modes_;
  Eigen::Index stride_;
  RowSlices slices_;
  int slice_ = 0;
  std::vector<double> sums_;  // a slice: count, K sums, K² products
};

}  // namespace elastem
