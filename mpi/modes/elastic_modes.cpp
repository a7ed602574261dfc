#include "mpi/modes/elastic_modes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/error.hpp"

namespace elastem {

namespace {

using Index = Eigen::Index;

// Reduces element by element over the ranks, in place. Collective.
void reduce(const Communicator& comm, double* values, Index count, MPI_Op operation) {
  MPI_Allreduce(MPI_IN_PLACE, values, static_cast<int>(count), MPI_DOUBLE, operation, comm.handle());
}

// How many rows the ranks before this one hold. Collective.
std::int64_t rows_before(const Communicator& comm, std::int64_t rows) {
  std::int64_t before = 0;
  MPI_Exscan(&rows, &before, 1, MPI_INT64_T, MPI_SUM, comm.handle());
  return comm.root() ? 0 : before;
}

// ±1, by which each column becomes positive at its largest component. Of components that are equally large
// but for rounding, as symmetry makes them, the first counts: else the sign would hang on the rounding.
Eigen::VectorXd signs(const Communicator& comm, const Eigen::MatrixXd& rows) {
  constexpr double equally_large = 1 - 1e-6;
  Eigen::VectorXd largest = Eigen::VectorXd::Zero(rows.cols());
  if (rows.rows() > 0) largest = rows.cwiseAbs().colwise().maxCoeff();
  reduce(comm, largest.data(), largest.size(), MPI_MAX);
  const std::int64_t before = rows_before(comm, rows.rows());
  // 2·row + (1 where the component is negative), of the first large component.
  std::vector<std::int64_t> first(static_cast<std::size_t>(rows.cols()),
                                  std::numeric_limits<std::int64_t>::max());
  for (Index k = 0; k < rows.cols(); ++k)
    for (Index i = 0; i < rows.rows(); ++i)
      if (std::abs(rows(i, k)) >= equally_large * largest(k)) {
        first[static_cast<std::size_t>(k)] = 2 * (before + i) + (rows(i, k) < 0 ? 1 : 0);
        break;
      }
  MPI_Allreduce(MPI_IN_PLACE, first.data(), static_cast<int>(first.size()), MPI_INT64_T, MPI_MIN,
                comm.handle());
  Eigen::VectorXd result(rows.cols());
  for (Index k = 0; k < rows.cols(); ++k) result(k) = first[static_cast<std::size_t>(k)] % 2 == 1 ? -1 : 1;
  return result;
}

// κ of each column of unit norm, with the sums of `collectivity` over the ranks' nodes.
Eigen::VectorXd collectivities(const Communicator& comm, const Eigen::MatrixXd& rows) {
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(rows.cols() + 1);  // entropies; nodes
  for (Index k = 0; k < rows.cols(); ++k)
    for (Index i = 0; i < rows.rows(); i += 3)
      if (const double share = rows.col(k).segment<3>(i).squaredNorm(); share > 0)
        sums(k) -= share * std::log(share);
  sums(rows.cols()) = static_cast<double>(rows.rows() / 3);
  reduce(comm, sums.data(), sums.size(), MPI_SUM);
  return sums.head(rows.cols()).array().exp() / sums(rows.cols());
}

}  // namespace

std::vector<std::int64_t> node_split(std::int64_t nodes, int ranks) {
  std::vector<std::int64_t> first;
  for (int rank = 0; rank <= ranks; ++rank) first.push_back(nodes * rank / ranks);
  return first;
}

std::pair<std::int64_t, std::int64_t> share_of(const Communicator& comm, std::int64_t nodes) {
  const std::vector<std::int64_t> split = node_split(nodes, comm.size());
  const auto rank = static_cast<std::size_t>(comm.rank());
  return {split[rank], split[rank + 1]};
}

double orthogonality(const Communicator& comm, const Eigen::MatrixXd& rows) {
  Eigen::MatrixXd products = rows.transpose() * rows;
  comm.sum(std::span<double>(products.data(), static_cast<std::size_t>(products.size())));
  products.diagonal().array() -= 1;
  return products.cwiseAbs().maxCoeff();
}

NormalModes judged_modes(const Communicator& comm, const Eigen::VectorXd& eigenvalues, Eigen::MatrixXd rows) {
  require(eigenvalues.size() == rows.cols() && rows.rows() % 3 == 0,
          "an eigenvalue a vector, three rows a node");
  Eigen::VectorXd squares = Eigen::VectorXd::Zero(rows.cols());
  if (rows.rows() > 0) squares = rows.colwise().squaredNorm();
  reduce(comm, squares.data(), squares.size(), MPI_SUM);
  require(rows.cols() == 0 || squares.minCoeff() > 0, "no mode vector is zero");
  const Eigen::VectorXd factors = signs(comm, rows).cwiseQuotient(squares.cwiseSqrt());
  for (Index k = 0; k < rows.cols(); ++k) rows.col(k) *= factors(k);
  NormalModes modes;
  modes.eigenvalues = eigenvalues;
  modes.collectivity = collectivities(comm, rows);
  modes.score = mode_scores(modes.collectivity);
  for (Index k = 0; k < rows.cols(); ++k) {
    modes.numbers.push_back(first_elastic_mode + static_cast<int>(k));
    modes.enabled.push_back(modes.collectivity(k) < least_collectivity ? 0 : 1);
  }
  modes.vectors = std::move(rows);
  return modes;
}

}  // namespace elastem
