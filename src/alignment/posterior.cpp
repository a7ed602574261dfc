#include "alignment/posterior.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {

namespace {

/// Inverse of a precision that may be close to singular: directions that the image does not determine get a
/// large but finite variance.
Eigen::MatrixXd covariance_of(const Eigen::MatrixXd& precision) {
  const Eigen::VectorXd scale = precision.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scale.asDiagonal() * precision *
                                                             scale.asDiagonal());
  const Eigen::VectorXd inverse = eigen.eigenvalues().cwiseMax(1e-9).cwiseInverse();
  return scale.asDiagonal() * eigen.eigenvectors() * inverse.asDiagonal() * eigen.eigenvectors().transpose() *
         scale.asDiagonal();
}

/// The draws of every particle: n × 2·pairs standard normal deviates, each second one the opposite of the one
/// before. As they are the same for all particles, so would be the errors of their variances: they are made
/// to have covariance 1. At least n pairs.
Eigen::MatrixXd antithetic_draws(Eigen::Index n, Eigen::Index pairs) {
  Eigen::MatrixXd half(n, pairs);
  for (Eigen::Index i = 0; i < pairs; ++i) {
    Random random(0, Stream::sampling, static_cast<std::uint64_t>(i));
    for (double& value : half.col(i)) value = random.normal();
  }
  const Eigen::MatrixXd covariance = half * half.transpose() / static_cast<double>(pairs);
  half = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(covariance).operatorInverseSqrt() * half;
  Eigen::MatrixXd draws(n, 2 * pairs);
  for (Eigen::Index i = 0; i < pairs; ++i) {
    draws.col(2 * i) = half.col(i);
    draws.col(2 * i + 1) = -half.col(i);
  }
  return draws;
}

double log_determinant(const Eigen::MatrixXd& triangular) {
  return triangular.diagonal().array().log().sum();
}

/// One valley's part of the proposal: a normal distribution about its minimum.
struct Component {
  const Fit* fit;
  Eigen::MatrixXd root;  ///< lower triangular, of the widened covariance
  Eigen::Index pairs = 0;
  double share = 0;  ///< of all draws

  double log_density(const Placement& at) const {
    const Eigen::VectorXd step = step_between(fit->placement, at, root.rows());
    return -0.5 * root.triangularView<Eigen::Lower>().solve(step).squaredNorm() - log_determinant(root);
  }
};

/// Draws are shared out by Laplace's approximation of what each valley holds, but every one gets 2n pairs.
std::vector<Component> components(const Refiner& refiner, std::span<const Fit> minima, double scale,
                                  int pairs) {
  std::vector<Component> parts;
  double sum = 0;
  for (const Fit& fit : minima) {
    const auto n = static_cast<double>(fit.information.rows());
    const Eigen::MatrixXd covariance = covariance_of(refiner.precision(fit, scale));
    Component part{&fit, (1 + 2 / n) * Eigen::MatrixXd(covariance.llt().matrixL())};
    const double above = 0.5 * (fit.objective - minima[0].objective) / scale;
    const double volume = log_determinant(part.root) - (parts.empty() ? 0 : log_determinant(parts[0].root));
    part.share = std::exp(std::min(volume, 5.0) - above);
    sum += part.share;
    parts.push_back(std::move(part));
  }
  Eigen::Index all = 0;
  for (Component& part : parts) {
    part.pairs = std::max(2 * part.root.rows(), static_cast<Eigen::Index>(part.share / sum * pairs));
    all += part.pairs;
  }
  for (Component& part : parts) part.share = static_cast<double>(part.pairs) / static_cast<double>(all);
  return parts;
}

/// Laplace's approximation of ln ∫ exp(−½·objective) dθ, but for a constant.
double log_evidence(const Refiner& refiner, std::span<const Fit> minima) {
  double sum = 0;
  for (const Fit& fit : minima) {
    const Eigen::MatrixXd root = covariance_of(refiner.precision(fit, 1)).llt().matrixL();
    sum += std::exp(log_determinant(root) - 0.5 * (fit.objective - minima[0].objective));
  }
  return std::log(sum) - 0.5 * minima[0].objective;
}

}  // namespace

Posterior posterior(Refiner& refiner, std::span<const Fit> minima, int pairs, double enough) {
  require(!minima.empty(), "a posterior has a minimum");
  const Fit& best = minima[0];
  const Eigen::Index n = best.information.rows(), own = best.placement.amplitudes.size() + 5;
  const double scale = best.chi2 / std::max(1.0, best.terms - static_cast<double>(n + 1));
  Posterior answer;
  answer.mean = best.placement;
  answer.covariance = covariance_of(refiner.precision(best, scale)).topLeftCorner(own, own);
  answer.log_evidence = log_evidence(refiner, minima);
  if (pairs == 0) return answer;

  const auto parts = components(refiner, minima, scale, pairs);
  Eigen::MatrixXd steps(n, 0);
  std::vector<double> log_weights;
  for (const Component& part : parts) {
    const Eigen::Index count = 2 * part.pairs;
    const Eigen::MatrixXd own_steps = part.root * antithetic_draws(n, part.pairs);
    const Eigen::Index first = steps.cols();
    steps.conservativeResize(n, first + count);
    for (Eigen::Index i = 0; i < count; ++i) {
      const Placement at = moved(part.fit->placement, own_steps.col(i));
      steps.col(first + i) = step_between(best.placement, at, n);
      double density = 0;
      for (const Component& other : parts) density += other.share * std::exp(other.log_density(at));
      log_weights.push_back(-0.5 * (refiner.objective(at) - best.objective) / scale - std::log(density));
    }
  }
  Eigen::VectorXd weights = Eigen::Map<Eigen::VectorXd>(log_weights.data(), steps.cols());
  weights = (weights.array() - weights.maxCoeff()).exp();
  weights /= weights.sum();
  answer.effective_samples = 1 / weights.squaredNorm();
  if (!(answer.effective_samples >= enough)) return answer;
  const Eigen::VectorXd mean = steps * weights;
  const Eigen::MatrixXd apart = (steps.colwise() - mean).topRows(own);
  answer.mean = moved(best.placement, mean);
  answer.covariance = apart * weights.asDiagonal() * apart.transpose();
  return answer;
}

std::vector<Placement> further_starts(Refiner& refiner, const Fit& minimum, int draws, std::size_t most) {
  constexpr double far = 3, surprising = 4;
  const Eigen::Index n = minimum.information.rows(), loose = std::max<Eigen::Index>(1, n / 2 - 1);
  const double scale = minimum.chi2 / std::max(1.0, minimum.terms - static_cast<double>(n + 1));
  const Eigen::MatrixXd covariance = covariance_of(refiner.precision(minimum, scale));
  // In units of the standard errors, so that Å and radians compare.
  const Eigen::VectorXd errors = covariance.diagonal().cwiseSqrt();
  const Eigen::VectorXd inverse = errors.cwiseInverse();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(inverse.asDiagonal() * covariance *
                                                             inverse.asDiagonal());
  Eigen::MatrixXd points = antithetic_draws(n, draws / 2);
  points.bottomRows(loose) *= far;  // eigenvalues ascend
  const Eigen::MatrixXd steps = errors.asDiagonal() * eigen.eigenvectors() *
                                eigen.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() * points;
  std::vector<std::pair<double, Placement>> found;
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    const Placement at = moved(minimum.placement, steps.col(i));
    const double below = points.col(i).squaredNorm() - (refiner.objective(at) - minimum.objective) / scale;
    if (below > surprising) found.emplace_back(below, at);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Placement> starts;
  for (std::size_t i = 0; i < std::min(found.size(), most); ++i) starts.push_back(found[i].second);
  return starts;
}

}  // namespace elastem
