#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "mpi/linalg/dense_modes.hpp"

namespace elastem {

/// How well eigenvectors satisfy their equation.
struct ModeAccuracy {
  double residual = 0;       ///< largest entry of |H w − λ w|
  double orthogonality = 0;  ///< largest entry of |WᵀW − 1|
};

/// Of eigenvectors W (3N×k, unit norm) of the network's Hessian (M^{-½} H M^{-½} where there are masses), of
/// which each rank holds the rows of its nodes from `first_node` on. Up to 32 vectors are looked at one by
/// one. Of more, 24 combinations with random signs are, in O(n·k): a combination hides the largest error with
/// a probability of at most ½, for the rest of the sum takes the opposite sign half the time, so all hide it
/// with 2⁻²⁴; and it shows errors that add up, at most √k larger as a rule. Collective.
ModeAccuracy mode_accuracy(const Communicator& comm, const SpringNetwork& network, std::int64_t first_node,
                           const Eigen::VectorXd& values, const Eigen::MatrixXd& rows);

}  // namespace elastem
