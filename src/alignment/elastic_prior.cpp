#include "alignment/elastic_prior.hpp"

#include <cmath>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr double uniform_width = 0.58;  // standard deviation of what fills ±1 evenly
constexpr double law_counts = 8;        // particles
constexpr double generous = 1.25, least = 1.0 / 3;
constexpr double most_undone = 0.5;  // of an estimate's prior

Eigen::VectorXd widened(const Eigen::VectorXd& deviations, const Eigen::VectorXd& start) {
  return (generous * deviations).cwiseMax(least * start);
}

}  // namespace

Eigen::VectorXd elastic_widths(const ElasticModel& model, double largest) {
  const double softest = uniform_width * largest;
  require(softest > 0, "a prior has a width");
  const Eigen::VectorXd& values = model.eigenvalues;
  if (values.size() == 0) return Eigen::VectorXd::Constant(model.mode_count(), softest);
  require(values.size() == model.mode_count() && values.minCoeff() > 0, "a positive eigenvalue per mode");
  return softest * (values.minCoeff() * values.cwiseInverse()).cwiseSqrt();
}

double widest(const Eigen::VectorXd& widths) {
  return widths.size() == 0 ? 1 : widths.maxCoeff();
}

Eigen::VectorXd learnt_widths(const Eigen::VectorXd& start, std::span<const AmplitudeEstimate> estimates) {
  const Eigen::ArrayXd law = start.array().square();
  Eigen::ArrayXd square = Eigen::ArrayXd::Zero(law.size()), error = square;
  double count = 0;
  for (const AmplitudeEstimate& estimate : estimates) {
    if (!usable(estimate)) continue;
    square += estimate.amplitudes.array().square();
    error += estimate.covariance.diagonal().array().min(law);
    ++count;
  }
  if (count == 0) return start;
  // With the prior D a truth of variance V is estimated as D/(D + e²)·(truth + error e), 1/C = 1/D + 1/e²: so
  // E[q²] = (1 − C/D)²·(V + e²), e² = C/(1 − C/D).
  const Eigen::ArrayXd kept = (1 - error / count / law).max(most_undone);
  const Eigen::ArrayXd variance = (square / count / kept.square() - error / count / kept).max(0);
  const Eigen::ArrayXd informed = count * (1 - error / count / law).square();
  const double scale = informed.sum() > 0 ? (informed * variance / law).sum() / informed.sum() : 1;
  return widened(((informed * variance + law_counts * scale * law) / (informed + law_counts)).sqrt(), start);
}

Eigen::VectorXd widths_of_sample(const Eigen::VectorXd& start, const Eigen::MatrixXd& sample) {
  require(sample.rows() == start.size() && sample.cols() > 0, "a sample of amplitudes");
  return widened(sample.rowwise().norm() / std::sqrt(static_cast<double>(sample.cols())), start);
}

}  // namespace elastem
