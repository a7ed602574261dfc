#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "mpi/linalg/distributed_matrix.hpp"

namespace elastem {

/// The lowest eigenpairs of a symmetric matrix, the vectors spread over the ranks by contiguous rows.
struct Eigenpairs {
  Eigen::VectorXd values;  ///< k, ascending; the same on every rank
  Eigen::MatrixXd rows;    ///< this rank's rows of the n×k vectors, a column a value, orthonormal
};

/// How the eigenvectors of the tridiagonal matrix are found.
enum class TridiagonalMethod {
  relatively_robust,   ///< the lowest ones alone, on rank 0 (dstemr)
  divide_and_conquer,  ///< all of them, over the grid (pdstedc)
};

/// Relatively robust representations for less than an eighth of the eigenpairs, as long as they fill no more
/// of rank 0 than its part of the matrix does; else divide and conquer, which is faster and spread.
TridiagonalMethod tridiagonal_method(std::int64_t n, std::int64_t count, int ranks);

/// How many numbers lowest_eigenpairs needs at once on the rank that needs most, on a grid of the given rows
/// and columns: about its part of the n×n matrix once for few eigenpairs, four times for divide and conquer.
double eigensolver_numbers(std::pair<int, int> grid, int ranks, std::int64_t n, std::int64_t count,
                           int block);

/// The `count` lowest eigenpairs of a symmetric n×n matrix in square blocks, of which the lower triangle
/// counts: reduction to tridiagonal form (reduced_to_tridiagonal), eigenvectors of that by
/// `tridiagonal_method`, transformed back (pdormtr), all over the grid. These are the steps of ScaLAPACK's
/// pdsyevd and pdsyevr; docs/modes.md compares them. Rank r of the communicator gets the rows row_offsets[r]
/// … row_offsets[r+1] − 1 of the vectors (contiguous_rows). No rank ever holds more than its part of an n×n
/// matrix. Collective. Throws Error, the same on all ranks, when LAPACK fails or a part is too large for it
/// to count.
Eigenpairs lowest_eigenpairs(DistributedMatrix matrix, int count,
                             const std::vector<std::int64_t>& row_offsets);

}  // namespace elastem
