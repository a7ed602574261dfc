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
};

/// First and second moments of amplitudes, errors taken off, kept by slices of the rows so that the answer
/// has the same bits on any number of ranks: a rank adds whole slices in ascending order, `sums` are added
/// over ranks.
class AmplitudeMoments {
 public:
  AmplitudeMoments(Eigen::Index mode_count, std::int64_t rows);
  void add(std::int64_t row, const Eigen::VectorXd& amplitudes);
  /// Amplitudes whose error has this covariance, which is taken off their product; what is known badly counts
  /// with a `weight` below 1.
  void add(std::int64_t row, const Eigen::VectorXd& amplitudes, const Eigen::MatrixXd& error, double weight);
  std::span<double> sums() { return sums_; }
  /// Components from the covariance Σ w((q − mean)(q − mean)ᵀ − error)·n/(n − 1)/Σ w, variances below 0 as 0.
  /// Throws Error with fewer than two particles.
  PrincipalComponents components() const;

 private:
  Eigen::Index modes_;
  Eigen::Index stride_;
  RowSlices slices_;
  int slice_ = 0;
  std::vector<double> sums_;  // a slice: count, Σ w, K sums, K² products
};

}  // namespace elastem
