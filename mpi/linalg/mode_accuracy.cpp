#include "mpi/linalg/mode_accuracy.hpp"

#include "core/random.hpp"

namespace elastem {

namespace {

void sum(const Communicator& comm, Eigen::MatrixXd& matrix) {
  for (Eigen::Index j = 0; j < matrix.cols(); ++j)
    comm.sum(std::span<double>(matrix.col(j).data(), static_cast<std::size_t>(matrix.rows())));
}

// What the vectors are combined with: a column a combination.
Eigen::MatrixXd combinations(Eigen::Index vectors) {
  constexpr Eigen::Index one_by_one = 32, random_ones = 24;
  if (vectors <= one_by_one) return Eigen::MatrixXd::Identity(vectors, vectors);
  Eigen::MatrixXd signs(vectors, random_ones);
  for (Eigen::Index j = 0; j < random_ones; ++j) {
    Random random(1, Stream::sampling, static_cast<std::uint64_t>(j));
    for (double& sign : signs.col(j)) sign = random.uniform() < 0.5 ? -1 : 1;
  }
  return signs;
}

double largest(const Communicator& comm, const Eigen::MatrixXd& errors) {
  return comm.max(errors.size() > 0 ? errors.cwiseAbs().maxCoeff() : 0);
}

}  // namespace

ModeAccuracy mode_accuracy(const Communicator& comm, const SpringNetwork& network, std::int64_t first_node,
                           const Eigen::VectorXd& values, const Eigen::MatrixXd& rows) {
  const Eigen::MatrixXd z = combinations(rows.cols());
  const Eigen::MatrixXd own = rows * z;
  Eigen::MatrixXd combined = Eigen::MatrixXd::Zero(3 * network.positions.cols(), z.cols());
  combined.middleRows(3 * first_node, rows.rows()) = own;
  sum(comm, combined);
  const Eigen::MatrixXd product =
      hessian_product(network.positions, network.springs, network.inverse_sqrt_masses, combined);
  Eigen::MatrixXd gram = rows.transpose() * own;
  sum(comm, gram);
  const Eigen::MatrixXd expected = rows * (values.asDiagonal() * z);
  return {largest(comm, product.middleRows(3 * first_node, rows.rows()) - expected), largest(comm, gram - z)};
}

}  // namespace elastem
