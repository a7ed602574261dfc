#pragma once

#include <span>

#include <Eigen/Core>

#include "alignment/amplitude_prior.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {

/// How far each amplitude is expected to go before its image is looked at: normal about 0, of standard
/// deviation σ_k along mode k. In a harmonic molecule at equilibrium σ_k² = kT/λ_k, and observed transitions
/// follow that law roughly: soft modes move, stiff ones hardly. With σ_k of that shape further modes have
/// little freedom to follow the noise.

/// The law, σ_k = 0.58·`largest`·√(λ_min/λ_k): that of amplitudes that fill ±`largest` Å along the softest
/// mode evenly. Without the factor of λ where the model does not know its eigenvalues.
Eigen::VectorXd elastic_widths(const ElasticModel& model, double largest);

/// The largest of them, Å; of a rigid model 1.
double widest(const Eigen::VectorXd& widths);

/// The widths that a sample of particles shows: per mode the variance of the estimates, their errors and the
/// prior `start` with which they were made taken off, drawn towards the law, its scale estimated as well, as
/// if eight particles had said so, and the more the less the images say of the mode. A little widened, as a
/// distribution need not be normal, and never below a third of `start`: what is rare may be missing in the
/// sample. A pure function; `start` itself for no estimates.
Eigen::VectorXd learnt_widths(const Eigen::VectorXd& start, std::span<const AmplitudeEstimate> estimates);

/// The same from a sample of amplitudes that are known, K×M, M > 0.
Eigen::VectorXd widths_of_sample(const Eigen::VectorXd& start, const Eigen::MatrixXd& sample);

}  // namespace elastem
