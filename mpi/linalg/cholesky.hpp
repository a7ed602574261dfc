#pragma once

#include <Eigen/Core>

#include "mpi/linalg/distributed_matrix.hpp"

namespace elastem {

/// Overwrites the lower triangle of a symmetric positive definite matrix by L of A = L Lᵀ (pdpotrf).
/// Collective. False, on all ranks, when the matrix is not positive definite.
bool cholesky_factorise(DistributedMatrix& matrix);

/// A⁻¹·b of a factorised matrix (pdpotrs); `b` is n×k, the same on every rank, and so is the result.
/// Collective.
Eigen::MatrixXd cholesky_solve(DistributedMatrix& factor, const Eigen::MatrixXd& b);

}  // namespace elastem
