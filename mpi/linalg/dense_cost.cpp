#include "mpi/linalg/dense_cost.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "core/available_memory.hpp"
#include "core/error.hpp"
#include "mpi/linalg/cholesky.hpp"
#include "mpi/linalg/distributed_matrix.hpp"
#include "mpi/linalg/eigensolver.hpp"
#include "mpi/linalg/inverse_iteration.hpp"
#include "mpi/linalg/network_modes.hpp"

namespace elastem {

namespace {

constexpr std::int64_t trial_order = 1200;

std::string gigabytes(double bytes) {
  const double value = bytes / 1e9;
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + (value < 100 ? 3 : 0)) + " GB";
}

int ranks_on_this_machine(const Communicator& comm) {
  MPI_Comm machine = MPI_COMM_NULL;
  MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &machine);
  int size = 1;
  MPI_Comm_size(machine, &size);
  MPI_Comm_free(&machine);
  return size;
}

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

InverseIteration search_for(int last) {
  InverseIteration problem;
  problem.count = std::max(1, last - 6);
  return problem;
}

}  // namespace

DenseMethod dense_method(std::int64_t order, int last) {
  constexpr std::int64_t large = 1200, share = 20;
  return order >= large && last <= order / share ? DenseMethod::inverse : DenseMethod::tridiagonal;
}

DenseSolveCost eigensolver_cost(std::int64_t order, int count, int ranks) {
  DenseSolveCost cost;
  const auto grid = grid_shape(ranks, order);
  std::tie(cost.grid_rows, cost.grid_columns) = grid;
  const auto n = static_cast<double>(order);
  cost.matrix_bytes = sizeof(double) * n * n;
  cost.copies = tridiagonal_method(order, count, ranks) == TridiagonalMethod::divide_and_conquer ? 4 : 1;
  cost.rank_bytes = sizeof(double) * eigensolver_numbers(grid, ranks, order, count,
                                                         block_size(order, grid.first, grid.second));
  return cost;
}

DenseSolveCost dense_solve_cost(std::int64_t nodes, int last, int ranks) {
  DenseSolveCost cost = eigensolver_cost(3 * nodes, last, ranks);
  // Rank 0 holds the search space and its products too, and a block of vectors and its solution.
  const InverseIteration problem = search_for(last);
  if (dense_method(3 * nodes, last) == DenseMethod::inverse)
    cost.rank_bytes += sizeof(double) * 3.0 * static_cast<double>(nodes) *
                       (2 * largest_search_space(problem) + 4 * problem.block);
  return cost;
}

void require_memory(const Communicator& comm, const DenseSolveCost& cost) {
  const double needed = cost.rank_bytes * ranks_on_this_machine(comm);
  const double missing = comm.max(needed - available_memory());
  if (missing <= 0) return;
  throw Error(
      "the dense solve does not fit into memory: the matrix takes " + gigabytes(cost.matrix_bytes) +
      (cost.copies > 1 ? ", " + std::to_string(std::lround(cost.copies)) + " of that size are needed" : "") +
      ", " + gigabytes(cost.rank_bytes) + " on each of " + std::to_string(comm.size()) + " ranks; " +
      gigabytes(missing) +
      " are missing on one machine. For the lowest modes use --solver slepc; or ask for fewer with "
      "--modes, use --atoms ca or --block-residues, or spread the ranks over more machines.");
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

double estimated_seconds(const Communicator& comm, std::int64_t nodes, int last) {
  const std::int64_t order = 3 * nodes, n = std::min(order, trial_order);
  if (dense_method(order, last) == DenseMethod::tridiagonal) return eigensolver_seconds(comm, order, last);
  const auto [rows, columns] = grid_shape(comm.size(), order);
  const ProcessGrid grid(comm, rows, columns);
  DistributedMatrix trial = trial_matrix(grid, n);
  const double growth = static_cast<double>(order) / static_cast<double>(n);
  const InverseIteration problem = search_for(last);
  const Eigen::MatrixXd block = Eigen::MatrixXd::Ones(n, problem.block);
  const double factorising = seconds_of(comm, [&] { cholesky_factorise(trial); });
  const double solving = seconds_of(comm, [&] { cholesky_solve(trial, block); });
  // A third of the largest search space is what a search usually ends with.
  const double steps = largest_search_space(problem) / (3.0 * problem.block);
  return std::pow(growth, 3) * factorising + growth * growth * steps * solving;
}

}  // namespace elastem
