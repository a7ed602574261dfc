#include "mpi/modes/mode_accuracy.hpp"

#include "core/random.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

namespace {

// What the vectors are combined with: one column per combination.
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

// H·x of the same x on every rank, each of which makes its share of the blocks. Collective.
Eigen::MatrixXd hessian_product(const Communicator& comm, BlockHessian& hessian, const Eigen::MatrixXd& x) {
  Eigen::MatrixXd product = Eigen::MatrixXd::Zero(x.rows(), x.cols());
  const auto [first, count] = equal_share(comm, hessian.blocks());
  for (auto a = first; a < first + count; ++a)
    for (const auto& [b, values] : hessian.upper_row(a)) {
      const auto row = hessian.first_column(a), column = hessian.first_column(b);
      product.middleRows(row, values.rows()) += values * x.middleRows(column, values.cols());
      if (b > a)
        product.middleRows(column, values.cols()) += values.transpose() * x.middleRows(row, values.rows());
    }
  comm.sum(product);
  return product;
}

double largest(const Communicator& comm, const Eigen::MatrixXd& errors) {
  return comm.max(errors.size() > 0 ? errors.cwiseAbs().maxCoeff() : 0);
}

}  // namespace

ModeAccuracy mode_accuracy(const Communicator& comm, BlockHessian& hessian, const Eigen::VectorXd& values,
                           const Eigen::MatrixXd& rows) {
  const Eigen::MatrixXd z = combinations(rows.cols());
  const Eigen::MatrixXd own = rows * z;
  const auto first_row = hessian.first_column(equal_share(comm, hessian.blocks()).first);
  Eigen::MatrixXd combined = Eigen::MatrixXd::Zero(hessian.order(), z.cols());
  combined.middleRows(first_row, rows.rows()) = own;
  comm.sum(combined);
  const Eigen::MatrixXd product = hessian_product(comm, hessian, combined);
  Eigen::MatrixXd gram = rows.transpose() * own;
  comm.sum(gram);
  const Eigen::MatrixXd expected = rows * (values.asDiagonal() * z);
  return {largest(comm, product.middleRows(first_row, rows.rows()) - expected), largest(comm, gram - z)};
}

}  // namespace elastem
