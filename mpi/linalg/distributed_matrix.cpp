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
  constexpr std::int64_t largest = 32, blocks_per_rank = 4;
  return static_cast<int>(
      std::clamp<std::int64_t>(n / (blocks_per_rank * std::max(grid_rows, grid_columns)), 1, largest));
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

double* DistributedMatrix::local_entry(int i, int j) {
  const int block_i = i / row_block_, block_j = j / column_block_;
  if (block_i % grid_->rows() != grid_->row() || block_j % grid_->columns() != grid_->column())
    return nullptr;
  const auto row = static_cast<std::size_t>((block_i / grid_->rows()) * row_block_ + i % row_block_);
  const auto column =
      static_cast<std::size_t>((block_j / grid_->columns()) * column_block_ + j % column_block_);
  return &values_[column * static_cast<std::size_t>(local_rows_) + row];
}

}  // namespace elastem
