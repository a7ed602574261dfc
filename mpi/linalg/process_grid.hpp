#pragma once

#include <utility>

#include "core/unwinding.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Rows and columns of a process grid for a matrix of order n: as near to a square as leaves at most a tenth
/// of the ranks without a part, and at least 64 rows of the matrix per row of the grid, as more ranks are of
/// no use.
std::pair<int, int> grid_shape(int ranks, std::int64_t n);

/// A two-dimensional grid of the first rows·columns ranks of a communicator (a BLACS context), in row-major
/// order; the other ranks are idle: they hold nothing and take part in collective calls only. Frees
/// itself.
class ProcessGrid {
 public:
  /// Collective. rows·columns ≤ comm.size(). `comm` must outlive the grid.
  ProcessGrid(const Communicator& comm, int rows, int columns);
  ProcessGrid(const ProcessGrid&) = delete;
  ProcessGrid& operator=(const ProcessGrid&) = delete;
  ~ProcessGrid();

  const Communicator& comm() const { return *comm_; }
  int context() const { return context_; }  ///< BLACS context; −1 on an idle rank
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int row() const { return row_; }        ///< of this rank; −1 where it is idle
  int column() const { return column_; }  ///< of this rank; −1 where it is idle
  bool active() const { return row_ >= 0; }

 private:
  const Communicator* comm_;
  int handle_ = -1, context_ = -1;
  int rows_, columns_, row_ = -1, column_ = -1;
  Unwinding unwinding_;
};

}  // namespace elastem
