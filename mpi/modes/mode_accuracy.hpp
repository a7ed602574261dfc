#pragma once

#include <Eigen/Core>

#include "mpi/modes/elastic_survey.hpp"

namespace elastem {

/// How well eigenvectors satisfy their equation.
struct ModeAccuracy {
  double residual = 0;       ///< largest entry of |H w − λ w|
  double orthogonality = 0;  ///< largest entry of |WᵀW − 1|
};

/// Of eigenvectors W (n×k, unit norm) of a Hessian, of which each rank holds the rows of its share of the
/// blocks (equal_share). Up to 32 vectors are looked at one by one. Of more, 24 combinations with random
/// signs are, in O(n·k): a combination hides the largest error with a probability of at most ½, for the rest
/// of the sum takes the opposite sign half the time, so all hide it with 2⁻²⁴; and it shows errors that add
/// up, at most √k larger as a rule. Collective.
ModeAccuracy mode_accuracy(const Communicator& comm, BlockHessian& hessian, const Eigen::VectorXd& values,
                           const Eigen::MatrixXd& rows);

}  // namespace elastem
