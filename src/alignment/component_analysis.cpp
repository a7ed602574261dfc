#include "alignment/component_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/SVD>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr double least_width = 0.02;  // of the widest component

}  // namespace

MotionComponents MotionComponents::of(const Eigen::VectorXd& mean, const Eigen::MatrixXd& root) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(root, Eigen::ComputeThinU);
  const Eigen::VectorXd& widths = svd.singularValues();
  const Eigen::Index kept = std::max<Eigen::Index>(1, (widths.array() > least_width * widths[0]).count());
  return {mean, svd.matrixU().leftCols(kept), widths.head(kept).array().square()};
}

ComponentAnalysis::ComponentAnalysis(MotionComponents start, Eigen::VectorXd prior_variances)
    : components_(std::move(start)),
      root_(components_.root()),
      prior_precision_(prior_variances.cwiseInverse()) {
  require(prior_precision_.size() == components_.mean.size() && prior_precision_.allFinite(),
          "a prior of each amplitude");
}

ComponentAnalysis::Latent ComponentAnalysis::latent(const Linearisation& image) const {
  const Eigen::VectorXd& mean = components_.mean;
  const Eigen::MatrixXd seen = image.information * root_;
  const Eigen::VectorXd said = root_.transpose() * image.offset - seen.transpose() * mean;
  const Eigen::LLT<Eigen::MatrixXd> precision(Eigen::MatrixXd::Identity(root_.cols(), root_.cols()) +
                                              root_.transpose() * seen);
  Latent found;
  found.mean = precision.solve(said);
  found.covariance = precision.solve(Eigen::MatrixXd::Identity(root_.cols(), root_.cols()));
  found.log_likelihood = 0.5 * said.dot(found.mean) - precision.matrixLLT().diagonal().array().log().sum() +
                         image.offset.dot(mean) - 0.5 * mean.dot(image.information * mean);
  return found;
}

double ComponentAnalysis::log_likelihood(const Linearisation& image) const {
  return latent(image).log_likelihood;
}

ComponentAnalysis::Sums ComponentAnalysis::zero() const {
  const Eigen::Index n = root_.rows(), columns = root_.cols() + 1;
  return {Eigen::MatrixXd::Zero(n * columns, n * columns), Eigen::MatrixXd::Zero(n, columns)};
}

void ComponentAnalysis::add(const Linearisation& image, Sums& sums) const {
  const Latent z = latent(image);
  const Eigen::Index n = root_.rows(), columns = root_.cols() + 1;
  Eigen::VectorXd first(columns);
  first << 1, z.mean;
  Eigen::MatrixXd second = first * first.transpose();
  second.bottomRightCorner(columns - 1, columns - 1) += z.covariance;
  for (Eigen::Index j = 0; j < columns; ++j)
    for (Eigen::Index i = j; i < columns; ++i)
      sums.left.block(i * n, j * n, n, n) += second(i, j) * image.information;
  sums.right += image.offset * first.transpose();
}

void ComponentAnalysis::maximise(const Sums& sums) {
  const Eigen::Index n = root_.rows(), columns = root_.cols() + 1;
  Eigen::MatrixXd left = sums.left;
  const double all = std::max(components_.variances.sum(), 1e-300);
  for (Eigen::Index i = 0; i < columns; ++i) {
    const double share = i == 0 ? 1 : std::max(components_.variances[i - 1] / all, 1e-6);
    left.diagonal().segment(i * n, n) += prior_precision_ / share;
  }
  const Eigen::VectorXd solved = left.selfadjointView<Eigen::Lower>().llt().solve(sums.right.reshaped());
  require(solved.allFinite(), "the components are determined");
  components_ = MotionComponents::of(solved.head(n), solved.tail(n * (columns - 1)).reshaped(n, columns - 1));
  root_ = components_.root();
}

}  // namespace elastem
