#pragma once

#include <span>

#include <Eigen/Core>

#include "alignment/amplitude_prior.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {

/// What is expected of the amplitudes before an image is looked at: a normal distribution.
struct NormalPrior {
  Eigen::VectorXd mean;        ///< K, Å
  Eigen::MatrixXd covariance;  ///< K×K, Å², positive definite

  bool empty() const { return mean.size() == 0; }
  /// Standard deviations, Å.
  Eigen::VectorXd widths() const { return covariance.diagonal().cwiseSqrt(); }
  /// The largest standard deviation in any direction, Å; of a rigid model 1.
  double widest() const;
};

/// The elastic network's: in a harmonic molecule at equilibrium the variance along mode k is kT/λ_k, and
/// observed transitions follow that law roughly: soft modes move, stiff ones hardly, so that further modes
/// have little freedom to follow the noise. About 0, of standard deviations σ_k =
/// 0.58·`largest`·√(λ_min/λ_k): those of amplitudes that fill ±`largest` Å along the softest mode evenly.
/// Without the factor of λ where the model does not know its eigenvalues.
NormalPrior elastic_prior(const ElasticModel& model, double largest);

/// What a sample of particles shows: mean and covariance of their estimates, with their errors and the prior
/// `start`, with which they were made, taken off; drawn towards the shape of `start`, its scale estimated as
/// well, as if 8 + K particles had said so, and the more the less the images say of a mode. Standard
/// deviations are widened by a quarter, as a distribution need not be normal, and a third of `start` is added
/// to them, as what is rare may be missing in the sample. `start` has no correlations. A pure function;
/// `start` itself for no estimates.
NormalPrior learnt_normal(const NormalPrior& start, std::span<const AmplitudeEstimate> estimates);

/// What the image says of the amplitudes by itself: `estimate` was made with the prior, which is taken off,
/// 1/C = 1/Σ + 1/E. Along directions of which it says less than 1/24 of what the prior does, it is taken to
/// say so much. Usable where the estimate is. The estimate itself for an empty prior.
AmplitudeEstimate without_prior(const AmplitudeEstimate& estimate, const NormalPrior& prior);

/// What learnt_normal makes of a sample of amplitudes that are known, K×M, M > 0.
NormalPrior normal_of_sample(const NormalPrior& start, const Eigen::MatrixXd& sample);

}  // namespace elastem
