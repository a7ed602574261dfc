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
  Eigen::MatrixXd rows;    ///< this rank's rows of the n×k vectors, one column per value, orthonormal
};

/// How a matrix is reduced to tridiagonal form.
enum class Reduction {
  one_stage,   ///< half of the work are products of matrix and vector, at the speed of memory
  two_stages,  ///< by way of a band: all are products of matrices, but vectors are transformed back twice
};

/// Two stages for less than a quarter of the eigenpairs of a matrix that is large against the band.
Reduction chosen_reduction(std::int64_t n, std::int64_t count);

/// How many matrices of that order lie over the ranks at the same time while lowest_eigenpairs solves one:
/// the matrix, its vectors and twice the work space of divide and conquer; with two stages one more.
int eigensolver_copies(Reduction reduction);

/// How many numbers lowest_eigenpairs needs at once on the rank that needs most, on a grid of the given rows
/// and columns.
double eigensolver_numbers(std::pair<int, int> grid, std::int64_t n, std::int64_t count, int block);

/// The `count` lowest eigenpairs of a symmetric n×n matrix in square blocks, of which the lower triangle
/// counts, by ELPA over the grid: reduction to tridiagonal form (chosen_reduction), divide and conquer,
/// transformation back. docs/modes.md compares it with ScaLAPACK's drivers. Each row and column of the grid
/// has a block of the matrix. Rank r of the communicator gets the rows row_offsets[r] … row_offsets[r+1] − 1
/// of the vectors (contiguous_rows). No rank ever holds more than its part of an n×n matrix. Collective.
/// Throws Error, the same on all ranks, when ELPA fails.
Eigenpairs lowest_eigenpairs(DistributedMatrix matrix, int count,
                             const std::vector<std::int64_t>& row_offsets);

}  // namespace elastem
