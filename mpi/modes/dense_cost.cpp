#include "mpi/modes/dense_cost.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/linalg/distributed_matrix.hpp"
#include "mpi/linalg/eigensolver.hpp"
#include "mpi/linalg/memory_check.hpp"
#include "mpi/modes/elastic_modes.hpp"

namespace elastem {

namespace {

constexpr std::int64_t trial_order = 1200;

// A positive definite matrix without structure that a solver could use.
DistributedMatrix trial_matrix(const ProcessGrid& grid, std::int64_t n) {
  const int block = block_size(n, grid.rows(), grid.columns());
  DistributedMatrix trial(grid, n, n, block, block);
  for (int j = 0; j < trial.local_columns(); ++j)
    for (int i = 0; i < trial.local_rows(); ++i) {
      const int row = trial.global_row(i), column = trial.global_column(j);
      *trial.local_entry(row, column) = 1.0 / (1 + row + column) + (row == column ? 1 + row : 0);
    }
  return trial;
}

double seconds_of(const Communicator& comm, const std::function<void()>& work) {
  comm.barrier();
  const auto start = std::chrono::steady_clock::now();
  work();
  return comm.max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace

DenseSolveCost eigensolver_cost(std::int64_t order, int count, int ranks) {
  DenseSolveCost cost;
  const auto grid = grid_shape(ranks, order);
  std::tie(cost.grid_rows, cost.grid_columns) = grid;
  const auto n = static_cast<double>(order);
  cost.matrix_bytes = sizeof(double) * n * n;
  cost.copies = eigensolver_copies(chosen_reduction(order, count));
  cost.rank_bytes =
      sizeof(double) * eigensolver_numbers(grid, order, count, block_size(order, grid.first, grid.second));
  return cost;
}

void require_memory(const Communicator& comm, const DenseSolveCost& cost) {
  require_memory(
      comm, cost.rank_bytes,
      fmt::format("the dense solve does not fit into memory: the matrix takes {}, {} of that size are needed",
                  gigabytes(cost.matrix_bytes), cost.copies),
      "For the lowest modes use --solver slepc; or ask for fewer with --modes, use --atoms ca or "
      "--block-residues, or spread the ranks over more machines.");
}

double eigensolver_seconds(const Communicator& comm, std::int64_t order, int count) {
  const std::int64_t n = std::min(order, trial_order);
  const auto [rows, columns] = grid_shape(comm.size(), order);
  const ProcessGrid grid(comm, rows, columns);
  DistributedMatrix trial = trial_matrix(grid, n);
  const double growth = static_cast<double>(order) / static_cast<double>(n);
  const int share = std::max(1, static_cast<int>(count / growth));
  const std::vector<std::int64_t> row_offsets = node_split(n, comm.size());
  return std::pow(growth, 3) *
         seconds_of(comm, [&] { lowest_eigenpairs(std::move(trial), share, row_offsets); });
}

}  // namespace elastem
