#include "mpi/linalg/dense_cost.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "mpi/linalg/cholesky.hpp"
#include "mpi/linalg/distributed_matrix.hpp"
#include "mpi/linalg/eigensolver.hpp"
#include "mpi/linalg/inverse_iteration.hpp"

namespace elastem {

namespace {

std::string gigabytes(double bytes) {
  const double value = bytes / 1e9;
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + (value < 100 ? 3 : 0)) + " GB";
}

// Memory that programs may still take on this machine, in bytes; infinity where the system does not say.
double available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  double kibibytes = 0;
  while (file >> key >> kibibytes) {
    if (key == "MemAvailable:") return 1024 * kibibytes;
    std::getline(file, unit);
  }
  return std::numeric_limits<double>::infinity();
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

DenseSolveCost dense_solve_cost(std::int64_t nodes, int last, int ranks) {
  const auto n = static_cast<double>(3 * nodes);
  DenseSolveCost cost;
  std::tie(cost.grid_rows, cost.grid_columns) = grid_shape(ranks, 3 * nodes);
  const double block = block_size(3 * nodes, cost.grid_rows, cost.grid_columns);
  const double rows = n / cost.grid_rows + block, columns = n / cost.grid_columns + block;
  cost.matrix_bytes = sizeof(double) * n * n;
  // The rank's part of the matrix, panels to work with, and the wanted vectors at three stages on every rank;
  // rank 0 holds the search space and its products too.
  double numbers = rows * columns + 3 * block * std::max(rows, columns) + 3 * n * last;
  if (dense_method(3 * nodes, last) == DenseMethod::inverse)
    numbers += 2 * n * largest_search_space(search_for(last));
  cost.rank_bytes = sizeof(double) * numbers;
  return cost;
}

void require_memory(const Communicator& comm, const DenseSolveCost& cost) {
  const double needed = cost.rank_bytes * ranks_on_this_machine(comm);
  const double missing = comm.max(needed - available_memory());
  if (missing <= 0) return;
  throw Error("the dense solve does not fit into memory: the matrix takes " + gigabytes(cost.matrix_bytes) +
              ", " + gigabytes(cost.rank_bytes) + " on each of " + std::to_string(comm.size()) + " ranks; " +
              gigabytes(missing) +
              " are missing on one machine. Use --atoms ca, select chains with --chain, or " +
              "spread the ranks over more machines.");
}

double estimated_seconds(const Communicator& comm, std::int64_t nodes, int last) {
  constexpr std::int64_t trial_order = 1200;
  const std::int64_t order = 3 * nodes, n = std::min(order, trial_order);
  const auto [rows, columns] = grid_shape(comm.size(), order);
  const ProcessGrid grid(comm, rows, columns);
  DistributedMatrix trial = trial_matrix(grid, n);
  const double growth = static_cast<double>(order) / static_cast<double>(n);
  if (dense_method(order, last) == DenseMethod::tridiagonal)
    return std::pow(growth, 3) * seconds_of(comm, [&] { lowest_eigenpairs(trial, 1); });
  const InverseIteration problem = search_for(last);
  const Eigen::MatrixXd block = Eigen::MatrixXd::Ones(n, problem.block);
  const double factorising = seconds_of(comm, [&] { cholesky_factorise(trial); });
  const double solving = seconds_of(comm, [&] { cholesky_solve(trial, block); });
  // A third of the largest search space is what a search usually ends with.
  const double steps = largest_search_space(problem) / (3.0 * problem.block);
  return std::pow(growth, 3) * factorising + growth * growth * steps * solving;
}

}  // namespace elastem
