#pragma once

#include <Eigen/Core>

namespace elastem {

/// How far estimates of one direction spread, in units of their own errors.
struct DirectionSpread {
  double mean = 0;         ///< Å
  double pulls = 1;        ///< variance of (estimate − mean)/error: 1 where errors explain it
  double pulls_error = 0;  ///< its standard error
  double error = 0;        ///< Å: root of the harmonic mean of the errors' variances

  /// V, the variance of the truth in Å², and its standard error: estimates of variances C_i have pulls of
  /// mean 1 + V·⟨1/C⟩.
  double variance() const { return (pulls - 1) * error * error; }
  double variance_error() const { return pulls_error * error * error; }
};

/// From estimates and the variances of their errors (M each). No estimate counts as further off than 2.5
/// standard deviations of the pulls (Huber's proposal 2), so that wrong fits do not decide; normal
/// distributions come out right. A pure function; at least two estimates.
DirectionSpread spread_of(const Eigen::VectorXd& estimates, const Eigen::VectorXd& variances);

}  // namespace elastem
