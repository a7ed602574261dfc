#pragma once

#include <Eigen/Core>

#include "mpi/linalg/distributed_matrix.hpp"

namespace elastem {

/// The lowest eigenpairs of a symmetric matrix, the same on every rank.
struct Eigenpairs {
  Eigen::VectorXd values;   ///< ascending
  Eigen::MatrixXd vectors;  ///< n×k, a column a value, orthonormal
};

/// The `count` lowest eigenpairs of a symmetric n×n matrix of which the lower triangle counts, and which is
/// overwritten: reduction to tridiagonal form over the grid (pdsytrd), eigenpairs of that by relatively
/// robust representations on rank 0 (dstemr, n×count numbers), transformed back over the grid (pdormtr).
/// These are the steps of ScaLAPACK's pdsyevr, whose own version asks for too small a workspace in Debian 12
/// and stores n×n vectors. Collective. Throws Error, the same on all ranks, when LAPACK fails.
Eigenpairs lowest_eigenpairs(DistributedMatrix& matrix, int count);

}  // namespace elastem
