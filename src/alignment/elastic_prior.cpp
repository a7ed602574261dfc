#include "alignment/elastic_prior.hpp"

#include <cmath>
#include <vector>

#include <Eigen/Eigenvalues>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr double uniform_width = 0.58;  // standard deviation of what fills ±1 evenly
constexpr double law_counts = 8;        // particles, and one more per mode
constexpr double generous = 1.25, least = 1.0 / 3;
constexpr double most_undone = 0.5;  // of an estimate's prior

NormalPrior widened(const Eigen::VectorXd& mean, const Eigen::MatrixXd& covariance,
                    const NormalPrior& start) {
  return {mean, generous * generous * covariance + least * least * start.covariance};
}

Eigen::MatrixXd positive(const Eigen::MatrixXd& matrix) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(matrix);
  return eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0).asDiagonal() *
         eigen.eigenvectors().transpose();
}

/// Mean and covariance of a sample, a column each.
NormalPrior moments(const Eigen::MatrixXd& sample) {
  const Eigen::VectorXd mean = sample.rowwise().mean();
  const Eigen::MatrixXd apart = sample.colwise() - mean;
  return {mean, apart * apart.transpose() / static_cast<double>(sample.cols())};
}

}  // namespace

double NormalPrior::widest() const {
  if (empty()) return 1;
  return std::sqrt(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance, Eigen::EigenvaluesOnly)
                       .eigenvalues()
                       .maxCoeff());
}

NormalPrior elastic_prior(const ElasticModel& model, double largest) {
  require(largest > 0, "a prior has a width");
  const Eigen::VectorXd& values = model.eigenvalues;
  require(values.size() == 0 || (values.size() == model.mode_count() && values.minCoeff() > 0),
          "a positive eigenvalue per mode");
  const double softest = uniform_width * uniform_width * largest * largest;
  Eigen::VectorXd variances = Eigen::VectorXd::Constant(model.mode_count(), softest);
  if (values.size() > 0) variances.array() *= values.minCoeff() / values.array();
  return {Eigen::VectorXd::Zero(model.mode_count()), variances.asDiagonal()};
}

NormalPrior learnt_normal(const NormalPrior& start, std::span<const AmplitudeEstimate> estimates) {
  const Eigen::ArrayXd law = start.covariance.diagonal();
  std::vector<const AmplitudeEstimate*> used;
  Eigen::MatrixXd error = Eigen::MatrixXd::Zero(law.size(), law.size());
  for (const AmplitudeEstimate& estimate : estimates) {
    if (!usable(estimate)) continue;
    used.push_back(&estimate);
    // What the image does not determine has the prior's variance; a sampled covariance may have more.
    const Eigen::VectorXd shrunk = (law / estimate.covariance.diagonal().array()).min(1).sqrt();
    error += shrunk.asDiagonal() * estimate.covariance * shrunk.asDiagonal();
  }
  if (used.empty()) return start;
  const auto count = static_cast<double>(used.size());
  error /= count;
  // With the prior D a truth t is estimated as (1 − C/D)·(t + error e), 1/C = 1/D + 1/e², e² = C/(1 − C/D).
  const Eigen::ArrayXd seen = 1 - error.diagonal().array() / law, kept = seen.max(most_undone);
  Eigen::MatrixXd undone(law.size(), static_cast<Eigen::Index>(used.size()));
  for (std::size_t i = 0; i < used.size(); ++i)
    undone.col(static_cast<Eigen::Index>(i)) = used[i]->amplitudes.array() / kept;
  const NormalPrior all = moments(undone);
  const Eigen::VectorXd root = kept.sqrt().inverse();
  const Eigen::MatrixXd truth = positive(all.covariance - root.asDiagonal() * error * root.asDiagonal());

  const Eigen::ArrayXd informed = count * seen.square();
  const double scale = (informed * truth.diagonal().array() / law).sum() / std::max(informed.sum(), 1e-300);
  const Eigen::ArrayXd share = informed / (informed + law_counts + static_cast<double>(law.size()));
  const Eigen::VectorXd weight = share.sqrt();
  Eigen::MatrixXd covariance = weight.asDiagonal() * truth * weight.asDiagonal();
  covariance.diagonal().array() += (1 - share) * scale * law;
  return widened((share * all.mean.array()).matrix(), covariance, start);
}

AmplitudeEstimate without_prior(const AmplitudeEstimate& estimate, const NormalPrior& prior) {
  constexpr double least_said = 1.0 / 24;
  if (prior.empty()) return estimate;
  // In units of the prior, along the axes of the estimate's covariance.
  const Eigen::LLT<Eigen::MatrixXd> llt(prior.covariance);
  const auto root = llt.matrixL();
  const Eigen::MatrixXd half = root.solve(estimate.covariance);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(root.solve(half.transpose()));
  constexpr double most_left = 1 / (1 + least_said);
  const Eigen::ArrayXd left = axes.eigenvalues().array().min(most_left).max(1e-12);
  const Eigen::ArrayXd variance = left / (1 - left);  // of the image alone
  const Eigen::MatrixXd to_axes = axes.eigenvectors().transpose();
  const Eigen::VectorXd away = to_axes * root.solve(estimate.amplitudes - prior.mean);
  const Eigen::MatrixXd back = llt.matrixL() * axes.eigenvectors();
  // Where the image says nothing the estimate is chance: it is not drawn out.
  const Eigen::ArrayXd drawn_out = (axes.eigenvalues().array() < most_left).select(1 / (1 - left), 1);
  return {prior.mean + back * (away.array() * drawn_out).matrix(),
          back * variance.matrix().asDiagonal() * back.transpose()};
}

NormalPrior normal_of_sample(const NormalPrior& start, const Eigen::MatrixXd& sample) {
  require(sample.rows() == start.mean.size() && sample.cols() > 0, "a sample of amplitudes");
  const NormalPrior known = moments(sample);
  return widened(known.mean, known.covariance, start);
}

}  // namespace elastem
