#include "verification/spread.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/huber.hpp"

namespace elastem {
namespace {

constexpr double clip = huber_limit;
constexpr int most_steps = 50;
constexpr double settled = 1e-9, least_free = 0.1;

}  // namespace

DirectionSpread spread_of(const Eigen::VectorXd& estimates, const Eigen::VectorXd& variances) {
  require(estimates.size() >= 2 && variances.size() == estimates.size(), "estimates with their variances");
  const Eigen::ArrayXd roots = variances.array().sqrt(), weights = variances.array().inverse();
  const double b = huber_share();
  DirectionSpread found;
  found.error = 1 / std::sqrt(weights.mean());
  found.mean = (weights * estimates.array()).sum() / weights.sum();
  found.pulls = ((estimates.array() - found.mean) / roots).square().mean();
  for (int step = 0; step < most_steps; ++step) {
    const double furthest = clip * std::sqrt(found.pulls);
    const Eigen::ArrayXd pull =
        ((estimates.array() - found.mean) / roots).cwiseMax(-furthest).cwiseMin(furthest);
    const double shift = (pull / roots).sum() / weights.sum(), pulls = pull.square().mean() / b;
    const double change = std::abs(pulls - found.pulls) / std::max(pulls, 1e-300);
    found.mean += shift;
    found.pulls = pulls;
    if (change < settled) break;
  }
  const double furthest = clip * std::sqrt(found.pulls);
  const Eigen::ArrayXd pull = (estimates.array() - found.mean) / roots;
  const Eigen::ArrayXd squares = pull.cwiseMax(-furthest).cwiseMin(furthest).square() / b;
  const double beyond =
      static_cast<double>((pull.abs() > furthest).count()) / static_cast<double>(pull.size());
  const double tied = clip * clip * beyond / b;
  found.pulls_error =
      std::sqrt((squares - squares.mean()).square().mean() / static_cast<double>(pull.size())) /
      std::max(1 - tied, least_free);
  return found;
}

}  // namespace elastem
