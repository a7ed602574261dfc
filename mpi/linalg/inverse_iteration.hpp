#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "mpi/linalg/distributed_matrix.hpp"
#include "mpi/linalg/eigensolver.hpp"

namespace elastem {

/// The lowest eigenpairs of a symmetric matrix A on the complement of a known null space, by a block Krylov
/// space of (A + σ)⁻¹: a dense Cholesky factorisation, n³/3 operations that run at the speed of matrix
/// products, in place of the reduction to tridiagonal form, 4n³/3 of which half run at the speed of memory.
struct InverseIteration {
  std::function<Eigen::MatrixXd(const Eigen::MatrixXd&)> product;  ///< A·x, called on rank 0 only
  Eigen::MatrixXd null_space;             ///< n×m, orthonormal; what is left out of the search
  int count = 1;                          ///< wanted eigenpairs
  double tolerance = 0;                   ///< largest norm of A x − λ x that is good enough
  std::vector<std::int64_t> row_offsets;  ///< of the result, as lowest_eigenpairs takes them
  int block = 8;  ///< vectors a step; an eigenvalue of this multiplicity is found whole
};

/// The most vectors that the search space may grow to: three times what adenylate kinase needs for 14 modes
/// (144) and for 100 (448).
int largest_search_space(const InverseIteration& problem);

/// Grows the Krylov space from a fixed random block, fully orthogonalised, on rank 0 until the `count` lowest
/// Ritz pairs of A satisfy the tolerance, which are then spread over the ranks; `factor` holds the Cholesky
/// factor of A + σ. None, on all ranks, when the space reaches its largest size before that, or to no end.
/// Collective.
std::optional<Eigenpairs> lowest_by_inverse(DistributedMatrix& factor, const InverseIteration& problem);

}  // namespace elastem
