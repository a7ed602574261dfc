#include "mpi/linalg/dense_modes.hpp"

#include <limits>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "mpi/linalg/cholesky.hpp"
#include "mpi/linalg/eigensolver.hpp"
#include "mpi/linalg/inverse_iteration.hpp"
#include "mpi/linalg/mode_accuracy.hpp"

namespace elastem {

namespace {

// Adds scale·block to the 3×3 block of nodes i and j, as far as this rank holds it.
void add_block(DistributedMatrix& matrix, int i, int j, const Eigen::Matrix3d& block, double scale) {
  for (int column = 0; column < 3; ++column)
    for (int row = 0; row < 3; ++row)
      if (double* entry = matrix.local_entry(3 * i + row, 3 * j + column))
        *entry += scale * block(row, column);
}

// The tolerance within which an eigenvalue is zero and a residual is rounding.
double rounding(const SpringNetwork& network) {
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

void require_accuracy(const ModeAccuracy& accuracy, const SpringNetwork& network) {
  const double scale =
      3 * static_cast<double>(network.positions.cols()) * std::numeric_limits<double>::epsilon();
  if (accuracy.residual <= rounding(network) && accuracy.orthogonality <= 100 * scale) return;
  throw Error("the eigensolver's vectors are wrong: residual " + std::to_string(accuracy.residual) +
              ", orthogonality " + std::to_string(accuracy.orthogonality) +
              ". The library of linear algebra may not know this processor; try OPENBLAS_CORETYPE=Haswell.");
}

// Allocating it may fail on one rank. Collective.
std::optional<DistributedMatrix> shared_hessian(const ProcessGrid& grid, const SpringNetwork& network) {
  std::optional<DistributedMatrix> hessian;
  const int block = block_size(3 * network.positions.cols(), grid.rows(), grid.columns());
  collectively(grid.comm(), [&] { hessian.emplace(network_hessian(grid, network, block)); });
  return hessian;
}

// Eigenpairs 1 … last, the first six being the rigid-body motions; none where the search does not come to an
// end.
std::optional<Eigenpairs> eigenpairs_by_inverse(const ProcessGrid& grid, const SpringNetwork& network,
                                                int last, const std::vector<std::int64_t>& row_offsets) {
  const Communicator& comm = grid.comm();
  const double bound =
      largest_eigenvalue_bound(network.positions.cols(), network.springs, network.inverse_sqrt_masses);
  const auto product = [&](const Eigen::MatrixXd& x) {
    return hessian_product(network.positions, network.springs, network.inverse_sqrt_masses, x);
  };
  InverseIteration problem;
  problem.product = product;
  problem.null_space = rigid_motions(network.positions, network.inverse_sqrt_masses);
  problem.count = last - 6;
  problem.row_offsets = row_offsets;
  // Rounding of a product with a matrix of this norm, with room for its sums.
  problem.tolerance = 100 * std::numeric_limits<double>::epsilon() * bound;
  const Eigen::MatrixXd rigid = product(problem.null_space);
  if (comm.max(rigid.cwiseAbs().maxCoeff()) > rounding(network)) return std::nullopt;  // nodes on one line
  std::optional<DistributedMatrix> matrix = shared_hessian(grid, network);
  // Far above rounding, so that the factorisation succeeds, and below the eigenvalues that are searched.
  const double shift = 1e-6 * bound;
  for (int i = 0; i < matrix->rows(); ++i)
    if (double* entry = matrix->local_entry(i, i)) *entry += shift;
  if (!cholesky_factorise(*matrix)) return std::nullopt;
  const std::optional<Eigenpairs> elastic = lowest_by_inverse(*matrix, problem);
  if (!elastic) return std::nullopt;
  Eigenpairs pairs{Eigen::VectorXd(last), Eigen::MatrixXd(elastic->rows.rows(), last)};
  // |H w| bounds the distance of the eigenvalue from zero.
  pairs.values << rigid.colwise().norm().transpose(), elastic->values;
  const auto first_row = row_offsets[static_cast<std::size_t>(comm.rank())];
  pairs.rows << problem.null_space.middleRows(first_row, pairs.rows.rows()), elastic->rows;
  return pairs;
}

}  // namespace

DistributedMatrix network_hessian(const ProcessGrid& grid, const SpringNetwork& network, int block) {
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

void require_modes(const SpringNetwork& network, int last) {
  const std::int64_t order = 3 * network.positions.cols();
  require(last >= first_elastic_mode, "elastic modes start at 7");
  if (last > order)
    throw Error("mode " + std::to_string(last) + " was asked for, but " + std::to_string(order / 3) +
                " nodes have only " + std::to_string(order) + " modes. Ask for fewer with --modes.");
}

NetworkModes dense_modes(const Communicator& comm, const SpringNetwork& network, int last,
                         DenseMethod method) {
  const std::int64_t order = 3 * network.positions.cols();
  require_modes(network, last);
  if (method == DenseMethod::automatic) method = dense_method(order, last);
  std::vector<std::int64_t> row_offsets = node_split(network.positions.cols(), comm.size());
  NetworkModes result;
  result.first_node = row_offsets[static_cast<std::size_t>(comm.rank())];
  for (std::int64_t& offset : row_offsets) offset *= 3;
  const auto [rows, columns] = grid_shape(comm.size(), order);
  const ProcessGrid grid(comm, rows, columns);
  std::optional<Eigenpairs> pairs;
  if (method == DenseMethod::inverse) pairs = eigenpairs_by_inverse(grid, network, last, row_offsets);
  result.method = pairs ? "inverse iteration" : "tridiagonal reduction";
  if (!pairs) {
    std::optional<DistributedMatrix> hessian = shared_hessian(grid, network);
    pairs = lowest_eigenpairs(std::move(*hessian), last, row_offsets);
  }
  const ModeAccuracy accuracy = mode_accuracy(comm, network, result.first_node, pairs->values, pairs->rows);
  collectively(comm, [&] {
    require_six_zero_modes(pairs->values, rounding(network));
    require_accuracy(accuracy, network);
  });
  result.residual = accuracy.residual;
  result.orthogonality = accuracy.orthogonality;
  result.rigid = pairs->values.head<6>();
  pairs->rows = pairs->rows.rightCols(last - 6).eval();
  if (network.inverse_sqrt_masses.size() > 0)
    for (Eigen::Index i = 0; i < pairs->rows.rows(); ++i)
      pairs->rows.row(i) *= network.inverse_sqrt_masses(result.first_node + i / 3);
  result.modes = judged_modes(comm, pairs->values.tail(last - 6), std::move(pairs->rows));
  return result;
}

}  // namespace elastem
