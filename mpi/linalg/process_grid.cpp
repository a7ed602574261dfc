#include "mpi/linalg/process_grid.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "mpi/linalg/scalapack.hpp"

namespace elastem {

std::pair<int, int> grid_shape(int ranks, std::int64_t n) {
  constexpr std::int64_t least_rows_per_rank = 64;
  const int most = static_cast<int>(std::clamp<std::int64_t>(n / least_rows_per_rank, 1, ranks));
  int rows = std::min(static_cast<int>(std::sqrt(static_cast<double>(ranks))), most);
  while (10 * rows * (ranks / rows) < 9 * ranks) --rows;
  return {rows, std::min(ranks / rows, most)};
}

ProcessGrid::ProcessGrid(const Communicator& comm, int rows, int columns)
    : comm_(&comm), rows_(rows), columns_(columns) {
  require(rows > 0 && columns > 0 && rows * columns <= comm.size(),
          "the grid has at most as many places as ranks");
  handle_ = Csys2blacs_handle(comm.handle());
  context_ = handle_;
  Cblacs_gridinit(&context_, "Row", rows, columns);
  if (comm.rank() >= rows * columns) {
    context_ = -1;
    return;
  }
  int grid_rows = 0, grid_columns = 0;
  Cblacs_gridinfo(context_, &grid_rows, &grid_columns, &row_, &column_);
  require(grid_rows == rows && grid_columns == columns, "BLACS made the grid that was asked for");
}

ProcessGrid::~ProcessGrid() {
  // Freeing is collective: while an exception unwinds this rank alone it would wait for the others for ever.
  if (unwinding_) return;
  if (context_ >= 0) Cblacs_gridexit(context_);
  if (handle_ >= 0) Cfree_blacs_system_handle(handle_);
}

}  // namespace elastem
