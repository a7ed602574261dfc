#include "mpi/linalg/distributed_matrix.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

// All grids of up to this many ranks, idle ranks included.
std::vector<std::pair<int, int>> grids(int ranks) {
  std::vector<std::pair<int, int>> shapes;
  for (int rows = 1; rows <= ranks; ++rows)
    for (int columns = 1; rows * columns <= ranks; ++columns) shapes.emplace_back(rows, columns);
  return shapes;
}

TEST(GridShape, IsNearSquareAndLeavesUselessRanksIdle) {
  EXPECT_EQ(grid_shape(1, 5000), (std::pair{1, 1}));
  EXPECT_EQ(grid_shape(2, 5000), (std::pair{1, 2}));
  EXPECT_EQ(grid_shape(4, 5000), (std::pair{2, 2}));
  EXPECT_EQ(grid_shape(7, 5000), (std::pair{2, 3}));
  EXPECT_EQ(grid_shape(1000, 30000), (std::pair{31, 32}));
  EXPECT_EQ(grid_shape(1000, 640), (std::pair{10, 10}));
  EXPECT_EQ(grid_shape(4, 9), (std::pair{1, 1}));
}

TEST(DistributedMatrix, EveryEntryLiesOnOneRankAndGathersBack) {
  const Communicator comm = Communicator::world();
  constexpr int rows = 23, columns = 17;
  for (const auto& [grid_rows, grid_columns] : grids(comm.size())) {
    const ProcessGrid grid(comm, grid_rows, grid_columns);
    EXPECT_EQ(grid.active(), comm.rank() < grid_rows * grid_columns);
    DistributedMatrix matrix(grid, rows, columns, 3, 2);
    std::vector<double> owners(1, 0.0);
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j)
        if (double* entry = matrix.local_entry(i, j)) {
          *entry = 100 * i + j;
          ++owners[0];
        }
    EXPECT_EQ(owners[0], matrix.local_rows() * matrix.local_columns());
    comm.sum(std::span(owners));
    EXPECT_EQ(owners[0], rows * columns);
    const Eigen::MatrixXd part = matrix.gathered_columns(2, 9);
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < 9; ++j) EXPECT_EQ(part(i, j), 100 * i + j + 2);
  }
}

TEST(DistributedMatrix, LocalAndGlobalIndicesAgree) {
  const Communicator comm = Communicator::world();
  const ProcessGrid grid(comm, 1, comm.size());
  DistributedMatrix matrix(grid, 10, 10, 2, 2);
  for (int i = 0; i < matrix.local_rows(); ++i)
    for (int j = 0; j < matrix.local_columns(); ++j)
      EXPECT_EQ(matrix.local_entry(matrix.global_row(i), matrix.global_column(j)),
                matrix.data() + j * matrix.local_rows() + i);
}

TEST(DistributedMatrix, RefusesPartsThatScalapackCannotCount) {
  const Communicator comm = Communicator::world();
  const ProcessGrid grid(comm, 1, 1);
  EXPECT_THROW(DistributedMatrix(grid, 100000, 100000, 96, 96), Error);
}

TEST(BlockSize, SuitsTheMatrix) {
  EXPECT_EQ(block_size(5000, 1, 1), 96);
  EXPECT_EQ(block_size(633, 2, 2), 79);
  EXPECT_EQ(block_size(9, 31, 32), 1);
}

}  // namespace
}  // namespace elastem
