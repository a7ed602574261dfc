#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Of the few coordinates that states differ in, at most four: no memory is asked for.
using Coordinates = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 4, 1>;
using CoordinateMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 4, 4>;

/// A value with the covariance of its error.
struct NoisyValue {
  Coordinates value;
  CoordinateMatrix covariance;
  double weight = 1;        ///< how much it counts
  std::uint64_t image = 0;  ///< values of one image are drawn together (ImageGroups); 0: of its own
};

/// How the truth behind noisy values is distributed: a mixture of normal distributions, and wrong values of a
/// broad one that has no part in it (extreme deconvolution; Bovy, Hogg & Roweis 2011).
struct ErrorMixture {
  std::vector<double> weights;  ///< sum 1 without the wrong ones
  std::vector<Coordinates> means;
  std::vector<CoordinateMatrix> covariances;
  double wrong_share = 0;
  Coordinates wrong_mean;
  CoordinateMatrix wrong_covariance;

  std::size_t size() const { return weights.size(); }
  /// ln p of a value under the mixture, its own error included, and the probabilities of the components; what
  /// is left of 1 is that it is wrong.
  double log_likelihood(const NoisyValue& value, Eigen::VectorXd& probabilities) const;
  /// The truth that is expected behind a value, if it is not wrong.
  Coordinates expected_truth(const NoisyValue& value) const;
  /// ln of the density of the truth at a point.
  double log_density(const Coordinates& at) const;
};

/// The mixture of `components` under which the values are most likely, by expectation–maximisation from a
/// few starts that follow from the values, more where values are few; a component is no narrower than a tenth
/// of the mean error. A pure function. At least two values per component.
ErrorMixture error_mixture(std::span<const NoisyValue> values, int components, std::uint64_t seed);

/// The smallest number of components, at most `most`, that neither of the next two larger ones beats by more
/// than two standard errors in the likelihood of values that were not learnt from (five parts, each left out
/// in turn, values of one image in one part).
int component_count(std::span<const NoisyValue> values, int most, std::uint64_t seed);

}  // namespace elastem
