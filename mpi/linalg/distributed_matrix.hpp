#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mpi/linalg/process_grid.hpp"

namespace elastem {

/// The number of rows (or columns) of a block-cyclic matrix that process `process` of `processes` holds; of a
/// rank outside the grid (−1) none.
int local_count(int n, int block, int process, int processes);

/// The global row (or column) that is the local one of number `local` on that process.
inline int cyclic_to_global(int local, int block, int process, int processes) {
  return ((local / block) * processes + process) * block + local % block;
}

/// A matrix of doubles spread over a process grid in blocks, block-cyclically (ScaLAPACK's layout): the block
/// that holds global entry (i, j) lies on grid row (i/row_block) mod rows and grid column (j/column_block)
/// mod columns. Each rank stores its own part only, column by column; an idle rank stores nothing. Indices
/// count from 0.
class DistributedMatrix {
 public:
  /// Zero everywhere. The grid must outlive the matrix. Not collective. Throws Error when a rank's part has
  /// more than 2³¹−1 entries, for ScaLAPACK counts with 32 bits.
  DistributedMatrix(const ProcessGrid& grid, std::int64_t rows, std::int64_t columns, int row_block,
                    int column_block);

  const ProcessGrid& grid() const { return *grid_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int row_block() const { return row_block_; }
  int column_block() const { return column_block_; }
  int local_rows() const { return local_rows_; }
  int local_columns() const { return local_columns_; }
  int global_row(int local) const { return cyclic_to_global(local, row_block_, grid_->row(), grid_->rows()); }
  int global_column(int local) const {
    return cyclic_to_global(local, column_block_, grid_->column(), grid_->columns());
  }

  /// The place of global entry (i, j) where this rank holds it, else nullptr.
  double* local_entry(int i, int j);
  double* data() { return values_.data(); }
  const double* local_column(int local) const {
    return values_.data() + static_cast<std::size_t>(local) * static_cast<std::size_t>(local_rows_);
  }
  /// ScaLAPACK's array descriptor.
  const int* descriptor() const { return descriptor_.data(); }

 private:
  const ProcessGrid* grid_;
  int rows_, columns_, row_block_, column_block_;
  int local_rows_ = 0, local_columns_ = 0;
  std::array<int, 9> descriptor_{};
  std::vector<double> values_;
};

/// A block size for a matrix of order n on this grid: at most 32 (measured best, docs/modes.md), at least
/// four blocks per rank.
int block_size(std::int64_t n, int grid_rows, int grid_columns);

}  // namespace elastem
