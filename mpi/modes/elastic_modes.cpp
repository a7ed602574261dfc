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

// ±1, by which each column becomes positive at its largest component. Of components that are equally large
// but for rounding, as symmetry makes them, the first counts: else the sign would hang on the rounding.
Eigen::VectorXd signs(const Communicator& comm, const Eigen::MatrixXd& rows) {
  constexpr double equally_large = 1 - 1e-6;
  Eigen::VectorXd largest = Eigen::VectorXd::Zero(rows.cols());
  if (rows.rows() > 0) largest = rows.cwiseAbs().colwise().maxCoeff();
  comm.max(std::span(largest.data(), static_cast<std::size_t>(largest.size())));
  const std::int64_t before = comm.sum_below(static_cast<std::int64_t>(rows.rows()));
  // 2·row + (1 where the component is negative), of the first large component.
  std::vector<std::int64_t> first(static_cast<std::size_t>(rows.cols()),
                                  std::numeric_limits<std::int64_t>::max());
  for (Index k = 0; k < rows.cols(); ++k)
    for (Index i = 0; i < rows.rows(); ++i)
      if (std::abs(rows(i, k)) >= equally_large * largest(k)) {
        first[static_cast<std::size_t>(k)] = 2 * (before + i) + (rows(i, k) < 0 ? 1 : 0);
        break;
      }
  comm.min(first);
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
  comm.sum(sums);
  return sums.head(rows.cols()).array().exp() / sums(rows.cols());
}

}  // namespace

std::vector<std::int64_t> node_split(std::int64_t nodes, int ranks) {
  std::vector<std::int64_t> first;
  for (int rank = 0; rank <= ranks; ++rank) first.push_back(nodes * rank / ranks);
  return first;
}

double orthogonality(const Communicator& comm, const Eigen::MatrixXd& rows) {
  Eigen::MatrixXd products = rows.transpose() * rows;
  comm.sum(products);
  products.diagonal().array() -= 1;
  return products.cwiseAbs().maxCoeff();
}

NormalModes judged_modes(const Communicator& comm, const Eigen::VectorXd& eigenvalues, Eigen::MatrixXd rows) {
  require(eigenvalues.size() == rows.cols() && rows.rows() % 3 == 0,
          "one eigenvalue per vector, three rows per node");
  Eigen::VectorXd squares = Eigen::VectorXd::Zero(rows.cols());
  if (rows.rows() > 0) squares = rows.colwise().squaredNorm();
  comm.sum(squares);
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
