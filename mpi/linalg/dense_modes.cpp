#include "mpi/linalg/dense_modes.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "mpi/linalg/eigensolver.hpp"

namespace elastem {

namespace {

constexpr double bytes_a_gigabyte = 1e9;

std::string gigabytes(double bytes) {
  const double value = bytes / bytes_a_gigabyte;
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

// Adds scale·block to the 3×3 block of nodes i and j, as far as this rank holds it.
void add_block(DistributedMatrix& matrix, int i, int j, const Eigen::Matrix3d& block, double scale) {
  for (int column = 0; column < 3; ++column)
    for (int row = 0; row < 3; ++row)
      if (double* entry = matrix.local_entry(3 * i + row, 3 * j + column))
        *entry += scale * block(row, column);
}

// The tolerance within which an eigenvalue is zero and a residual is rounding.
double rounding(const Network& network) {
  const Eigen::Index nodes = network.positions.cols();
  const double largest = largest_eigenvalue_bound(nodes, network.springs, network.inverse_sqrt_masses);
  return 100 * static_cast<double>(3 * nodes) * std::numeric_limits<double>::epsilon() * largest;
}

void require_six_zero_modes(const Eigen::VectorXd& values, double zero) {
  const auto zeros = (values.array() < zero).count();
  if (zeros <= 6) return;
  throw Error(
      "the elastic network has " + std::string(zeros == values.size() ? "at least " : "") +
      std::to_string(zeros) +
      " zero modes, not six: parts of it turn about single atoms or lines without stretching a spring. Use a "
      "larger --cutoff.");
}

void require_accuracy(DenseModes& result, const Network& network, const Eigen::VectorXd& values,
                      const Eigen::MatrixXd& vectors) {
  const Eigen::MatrixXd product =
      hessian_product(network.positions, network.springs, network.inverse_sqrt_masses, vectors);
  result.residual = (product - vectors * values.asDiagonal()).cwiseAbs().maxCoeff();
  const Eigen::MatrixXd gram = vectors.transpose() * vectors;
  result.orthogonality = (gram - Eigen::MatrixXd::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff();
  const double scale = static_cast<double>(vectors.rows()) * std::numeric_limits<double>::epsilon();
  if (result.residual <= rounding(network) && result.orthogonality <= 100 * scale) return;
  throw Error("the eigensolver's vectors are wrong: residual " + std::to_string(result.residual) +
              ", orthogonality " + std::to_string(result.orthogonality) +
              ". The library of linear algebra may not know this processor; try OPENBLAS_CORETYPE=Haswell.");
}

}  // namespace

DistributedMatrix network_hessian(const ProcessGrid& grid, const Network& network, int block) {
  const std::int64_t order = 3 * network.positions.cols();
  DistributedMatrix hessian(grid, order, order, block, block);
  if (!grid.active()) return hessian;
  const auto scale = [&](int node) {
    return network.inverse_sqrt_masses.size() > 0 ? network.inverse_sqrt_masses(node) : 1.0;
  };
  for (const Spring& spring : network.springs) {
    const int i = spring.first, j = spring.second;
    const Eigen::Matrix3d dd = spring_block(network.positions, spring);
    add_block(hessian, i, j, dd, -scale(i) * scale(j));
    add_block(hessian, j, i, dd, -scale(i) * scale(j));
    add_block(hessian, i, i, dd, scale(i) * scale(i));
    add_block(hessian, j, j, dd, scale(j) * scale(j));
  }
  return hessian;
}

DenseSolveCost dense_solve_cost(std::int64_t nodes, int count, int ranks) {
  const auto n = static_cast<double>(3 * nodes);
  DenseSolveCost cost;
  std::tie(cost.grid_rows, cost.grid_columns) = grid_shape(ranks, 3 * nodes);
  const double block = block_size(3 * nodes, cost.grid_rows, cost.grid_columns);
  const double rows = n / cost.grid_rows + block, columns = n / cost.grid_columns + block;
  cost.matrix_bytes = sizeof(double) * n * n;
  // The rank's part of the matrix, the workspace of pdsytrd, and on every rank the vectors at three stages.
  cost.rank_bytes = sizeof(double) * (rows * columns + 3 * block * std::max(rows, columns) + 3 * n * count);
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

double estimated_seconds(const Communicator& comm, std::int64_t nodes) {
  constexpr std::int64_t trial_order = 1200;
  const std::int64_t n = std::min(3 * nodes, trial_order);
  const auto [rows, columns] = grid_shape(comm.size(), 3 * nodes);
  const ProcessGrid grid(comm, rows, columns);
  const int block = block_size(n, rows, columns);
  DistributedMatrix trial(grid, n, n, block, block);
  for (int j = 0; j < trial.local_columns(); ++j)
    for (int i = 0; i < trial.local_rows(); ++i) {
      const int row = trial.global_row(i), column = trial.global_column(j);
      *trial.local_entry(row, column) = 1.0 / (1 + row + column) + (row == column ? row : 0);
    }
  comm.barrier();
  const auto start = std::chrono::steady_clock::now();
  lowest_eigenpairs(trial, 1);
  const double seconds =
      comm.max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return seconds * std::pow(static_cast<double>(3 * nodes) / static_cast<double>(n), 3);
}

void require_modes(const Network& network, int last) {
  const std::int64_t order = 3 * network.positions.cols();
  require(last >= first_elastic_mode, "elastic modes start at 7");
  if (last > order)
    throw Error("mode " + std::to_string(last) + " was asked for, but " + std::to_string(order / 3) +
                " nodes have only " + std::to_string(order) + " modes. Ask for fewer with --modes.");
}

DenseModes dense_modes(const Communicator& comm, const Network& network, int last) {
  const std::int64_t order = 3 * network.positions.cols();
  require_modes(network, last);
  const auto [rows, columns] = grid_shape(comm.size(), order);
  const ProcessGrid grid(comm, rows, columns);
  std::optional<DistributedMatrix> hessian;  // allocating it may fail on one rank
  const int block = block_size(order, grid.rows(), grid.columns());
  collectively(comm, [&] { hessian.emplace(network_hessian(grid, network, block)); });
  const Eigenpairs pairs = lowest_eigenpairs(*hessian, last);
  hessian.reset();
  require_six_zero_modes(pairs.values, rounding(network));
  DenseModes result;
  collectively(comm, [&] { require_accuracy(result, network, pairs.values, pairs.vectors); });
  result.rigid = pairs.values.head<6>();
  Eigen::MatrixXd vectors = pairs.vectors.rightCols(last - 6);
  if (network.inverse_sqrt_masses.size() > 0)
    for (Eigen::Index i = 0; i < order; ++i) vectors.row(i) *= network.inverse_sqrt_masses(i / 3);
  result.modes = make_normal_modes(pairs.values.tail(last - 6), std::move(vectors));
  return result;
}

}  // namespace elastem
