#pragma once

#include <Eigen/Core>

#include "alignment/refinement.hpp"

namespace elastem {

/// Mean and spread of what an image says of its parameters, p(θ) ∝ exp(−½·objective(θ)/s), s the scale that
/// gives χ² its expectation at the minimum.
struct Posterior {
  Placement mean;
  Eigen::VectorXd standard_deviations;  ///< K+5: Å, radians, Å
  double effective_samples = 0;         ///< (Σw)²/Σw² of the sample's weights w
};

/// Importance sampling about a minimum: the valley of a noisy image is curved, so that its floor is a worse
/// estimate than its mean, and the Fisher matrix promises too much. `pairs` antithetic pairs are drawn from
/// the normal distribution of the Fisher matrix, widened by a quarter; the draws are the same for every
/// particle, so the answer is a pure function of the particle.
Posterior sample_posterior(Refiner& refiner, const Fit& fit, int pairs);

}  // namespace elastem
