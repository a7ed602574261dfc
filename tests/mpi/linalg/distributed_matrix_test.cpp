#include "mpi/linalg/distributed_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/linalg/contiguous_rows.hpp"
#include "tests/support/whole_matrix.hpp"

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
  EXPECT_EQ(grid_shape(6, 5000), (std::pair{2, 3}));
  EXPECT_EQ(grid_shape(7, 5000), (std::pair{1, 7}));  // 2 × 3 would leave a seventh of the memory unused
  EXPECT_EQ(grid_shape(11, 5000), (std::pair{2, 5}));
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
    const Eigen::MatrixXd whole = gathered_whole(matrix);
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) EXPECT_EQ(whole(i, j), 100 * i + j);
  }
}

// Value 100·row + column on every grid, with idle ranks, in several steps, to evenly and unevenly many rows.
TEST(ContiguousRows, HoldEachEntryInItsPlace) {
  const Communicator comm = Communicator::world();
  constexpr int rows = 37, columns = 23, taken = 21;
  const int ranks = comm.size();
  for (const auto& [grid_rows, grid_columns] : grids(ranks)) {
    const ProcessGrid grid(comm, grid_rows, grid_columns);
    Eigen::MatrixXd whole(rows, columns);
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) whole(i, j) = 100 * i + j;
    const DistributedMatrix matrix = spread_out(grid, whole, 3, 4);
    for (const int power : {1, 2, 20}) {  // the last one puts all rows on the last rank
      std::vector<std::int64_t> offsets;
      for (int r = 0; r <= ranks; ++r)
        offsets.push_back(std::llround(std::floor(rows * std::pow(static_cast<double>(r) / ranks, power))));
      const auto here = offsets.begin() + comm.rank();
      const Eigen::MatrixXd expected = whole.block(here[0], 0, here[1] - here[0], taken);
      EXPECT_EQ(contiguous_rows(matrix, taken, offsets), expected);
    }
  }
}

TEST(ContiguousRows, OfManyColumnsMoveInSteps) {
  const Communicator comm = Communicator::world();
  const ProcessGrid grid(comm, 1, comm.size());
  constexpr int rows = 40000, columns = 130;  // a step is 2²¹ entries of the rank with the most rows
  DistributedMatrix matrix(grid, rows, columns, 64, 8);
  for (int j = 0; j < matrix.local_columns(); ++j)
    for (int i = 0; i < matrix.local_rows(); ++i)
      *matrix.local_entry(matrix.global_row(i), matrix.global_column(j)) =
          1000.0 * matrix.global_row(i) + matrix.global_column(j);
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(comm.size()) + 1, rows);
  offsets[0] = 0;  // all on rank 0
  const Eigen::MatrixXd result = contiguous_rows(matrix, columns, offsets);
  EXPECT_EQ(result.rows(), comm.root() ? rows : 0);
  for (Eigen::Index j = 0; j < columns; ++j)
    for (Eigen::Index i = 0; i < result.rows(); i += 37)
      EXPECT_EQ(result(i, j), 1000.0 * static_cast<double>(i) + static_cast<double>(j));
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
  EXPECT_EQ(block_size(5000, 1, 1), 32);
  EXPECT_EQ(block_size(211, 2, 2), 26);
  EXPECT_EQ(block_size(9, 31, 32), 1);
}

}  // namespace
}  // namespace elastem
