#pragma once

#include <span>

#include <Eigen/Core>

#include "mpi/linalg/distributed_matrix.hpp"

namespace elastem {

/// `whole`, the same on every rank, spread over a grid. Not collective.
inline DistributedMatrix spread_out(const ProcessGrid& grid, const Eigen::MatrixXd& whole, int row_block,
                                    int column_block) {
  DistributedMatrix matrix(grid, whole.rows(), whole.cols(), row_block, column_block);
  for (int j = 0; j < matrix.columns(); ++j)
    for (int i = 0; i < matrix.rows(); ++i)
      if (double* entry = matrix.local_entry(i, j)) *entry = whole(i, j);
  return matrix;
}

/// All of a matrix on every rank: each entry is not zero on one rank only, so the sum is exact. Collective
/// over the grid's communicator.
inline Eigen::MatrixXd gathered_whole(const DistributedMatrix& matrix) {
  Eigen::MatrixXd whole = Eigen::MatrixXd::Zero(matrix.rows(), matrix.columns());
  for (int j = 0; j < matrix.local_columns(); ++j)
    for (int i = 0; i < matrix.local_rows(); ++i)
      whole(matrix.global_row(i), matrix.global_column(j)) = matrix.local_column(j)[i];
  matrix.grid().comm().sum(std::span(whole.data(), static_cast<std::size_t>(whole.size())));
  return whole;
}

}  // namespace elastem
