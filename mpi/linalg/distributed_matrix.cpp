#include "mpi/linalg/distributed_matrix.hpp"

#include <algorithm>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/linalg/scalapack.hpp"

namespace elastem {

int local_count(int n, int block, int process, int processes) {
  const int source = 0;
  return process < 0 ? 0 : numroc_(&n, &block, &process, &source, &processes);
}

int block_size(std::int64_t n, int grid_rows, int grid_columns) {
  constexpr std::int64_t largest = 32, blocks_a_rank = 4;
  return static_cast<int>(
      std::clamp<std::int64_t>(n / (blocks_a_rank * std::max(grid_rows, grid_columns)), 1, largest));
}

DistributedMatrix::DistributedMatrix(const ProcessGrid& grid, std::int64_t rows, std::int64_t columns,
                                     int row_block, int column_block)
    : grid_(&grid), row_block_(row_block), column_block_(column_block) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  require(rows > 0 && columns > 0 && row_block > 0 && column_block > 0,
          "the matrix and its blocks are not empty");
  require(rows <= most && columns <= most, "rows and columns count with 32 bits");
  rows_ = static_cast<int>(rows);
  columns_ = static_cast<int>(columns);
  local_rows_ = local_count(rows_, row_block, grid.row(), grid.rows());
  local_columns_ = local_count(columns_, column_block, grid.column(), grid.columns());
  // Counted for rank 0, which holds most, so that all ranks throw alike.
  const std::int64_t entries = static_cast<std::int64_t>(local_count(rows_, row_block, 0, grid.rows())) *
                               local_count(columns_, column_block, 0, grid.columns());
  if (entries > most)
    throw Error(fmt::format(
        "a {} × {} matrix puts {} entries on one rank, more than ScaLAPACK can count. Use more ranks.", rows,
        columns, entries));
  descriptor_ = {1,
                 grid.active() ? grid.context() : -1,
                 rows_,
                 columns_,
                 row_block_,
                 column_block_,
                 0,
                 0,
                 std::max(1, local_rows_)};
  values_.assign(static_cast<std::size_t>(local_rows_) * static_cast<std::size_t>(local_columns_), 0.0);
}

DistributedMatrix::DistributedMatrix(const ProcessGrid& grid, const Eigen::MatrixXd& whole, int row_block,
                                     int column_block)
    : DistributedMatrix(grid, whole.rows(), whole.cols(), row_block, column_block) {
  set_columns(0, whole);
}

void DistributedMatrix::set_columns(int first, const Eigen::Ref<const Eigen::MatrixXd>& columns) {
  require(columns.rows() == rows_ && first >= 0 && first + columns.cols() <= columns_, "the columns exist");
  const int last = first + static_cast<int>(columns.cols());
  const int from = local_count(first, column_block_, grid_->column(), grid_->columns());
  const int to = local_count(last, column_block_, grid_->column(), grid_->columns());
  for (int j = from; j < to; ++j)
    for (int i = 0; i < local_rows_; ++i)
      values_[static_cast<std::size_t>(j) * static_cast<std::size_t>(local_rows_) +
              static_cast<std::size_t>(i)] = columns(global_row(i), global_column(j) - first);
}

double* DistributedMatrix::local_entry(int i, int j) {
  const int block_i = i / row_block_, block_j = j / column_block_;
  if (block_i % grid_->rows() != grid_->row() || block_j % grid_->columns() != grid_->column())
    return nullptr;
  const auto row = static_cast<std::size_t>((block_i / grid_->rows()) * row_block_ + i % row_block_);
  const auto column =
      static_cast<std::size_t>((block_j / grid_->columns()) * column_block_ + j % column_block_);
  return &values_[column * static_cast<std::size_t>(local_rows_) + row];
}

Eigen::MatrixXd DistributedMatrix::gathered_columns(int first, int count) const {
  require(first >= 0 && first + count <= columns_, "the columns exist");
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(rows_, count);
  for (int j = 0; j < local_columns_; ++j) {
    const int column = global_column(j) - first;
    if (column < 0 || column >= count) continue;
    for (int i = 0; i < local_rows_; ++i)
      result(global_row(i), column) =
          values_[static_cast<std::size_t>(j) * static_cast<std::size_t>(local_rows_) +
                  static_cast<std::size_t>(i)];
  }
  // Column by column, so that no message outgrows MPI's counts. Each entry is not zero on one rank only:
  // exact.
  for (int j = 0; j < count; ++j)
    grid_->comm().sum(std::span<double>(result.col(j).data(), static_cast<std::size_t>(rows_)));
  return result;
}

}  // namespace elastem
