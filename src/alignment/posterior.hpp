#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "alignment/refinement.hpp"

namespace elastem {

/// Mean and spread of what an image says of its parameters, p(θ) ∝ exp(−½·objective(θ)/s), s the scale that
/// gives χ² its expectation at the minimum.
struct Posterior {
  Placement mean;
  Eigen::MatrixXd covariance;  ///< K+5: Å, radians, Å; the defocus, where it is fitted, is marginalised
  double log_evidence = 0;  ///< ln ∫ exp(−½·objective) dθ by Laplace's approximation about all minima
  double effective_samples = 0;  ///< (Σw)²/Σw² of the sample's weights w; 0: none was drawn
};

/// Importance sampling of the valleys about some minima, the best first: a noisy image's valley is curved and
/// may have a second floor, so that its lowest point is a worse estimate than its mean, and its Fisher matrix
/// promises too much. Antithetic pairs are drawn from the normal distributions of the minima's Fisher
/// matrices, widened by 1 + 2/n in n dimensions, and weighed against their mixture. The draws are the same
/// for every particle, so the answer is a pure function of the particle. Where fewer than `enough` effective
/// samples come of it, and for 0 pairs, the answer is the best minimum and its Fisher matrix.
Posterior posterior(Refiner& refiner, std::span<const Fit> minima, int pairs, double enough);

/// Starts for further minima near one: of `draws` points spread about it, three times as far as the Fisher
/// matrix has it along the half of the directions that the image determines least, those `most` whose
/// objective lies furthest below what the Fisher matrix has there, and by 4 at least.
std::vector<Placement> further_starts(Refiner& refiner, const Fit& minimum, int draws, std::size_t most);

}  // namespace elastem
