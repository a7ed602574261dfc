#include "alignment/posterior.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {

namespace {

constexpr double widening = 1.25;

/// A lower triangular factor of `covariance`, which may be close to singular.
Eigen::MatrixXd factor(Eigen::MatrixXd covariance) {
  for (double ridge = 1e-9; ridge < 1; ridge *= 100) {
    const Eigen::LLT<Eigen::MatrixXd> llt(covariance);
    if (llt.info() == Eigen::Success) return llt.matrixL();
    covariance.diagonal() *= 1 + ridge;
  }
  return covariance.diagonal().cwiseMax(0).cwiseSqrt().asDiagonal();
}

}  // namespace

Posterior sample_posterior(Refiner& refiner, const Fit& fit, int pairs) {
  require(pairs > 0, "some samples are drawn");
  const Eigen::Index n = fit.information.rows(), k = fit.placement.amplitudes.size();
  const double scale = fit.chi2 / std::max(1.0, static_cast<double>(fit.terms - n - 1));
  Eigen::MatrixXd precision = fit.information;
  precision.diagonal().head(k).array() += 1 / (refiner.prior_sd() * refiner.prior_sd());
  const Eigen::MatrixXd spread =
      widening * factor(scale * precision.ldlt().solve(Eigen::MatrixXd::Identity(n, n)));

  Eigen::MatrixXd steps(n, 2 * pairs);
  Eigen::VectorXd log_weights(2 * pairs);
  for (int i = 0; i < 2 * pairs; ++i) {
    Random random(0, Stream::sampling, static_cast<std::uint64_t>(i / 2));
    Eigen::VectorXd draw(n);
    for (double& value : draw) value = i % 2 == 0 ? random.normal() : -random.normal();
    steps.col(i) = spread * draw;
    const double above = refiner.objective(moved(fit.placement, steps.col(i))) - fit.objective;
    log_weights[i] = 0.5 * (draw.squaredNorm() - above / scale);
  }
  Eigen::VectorXd weights = (log_weights.array() - log_weights.maxCoeff()).exp();
  weights /= weights.sum();

  Posterior posterior;
  const Eigen::VectorXd mean = steps * weights;
  posterior.mean = moved(fit.placement, mean);
  posterior.standard_deviations = ((steps.colwise() - mean).cwiseAbs2() * weights).cwiseSqrt();
  posterior.effective_samples = 1 / weights.squaredNorm();
  return posterior;
}

}  // namespace elastem
