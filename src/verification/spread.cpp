#include "verification/spread.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr double clip = 2.5;  // standard deviations
constexpr int most_steps = 50;
constexpr double settled = 1e-9, least_free = 0.1;

// E[min(z², c²)] of a standard normal z.
double clipped_share() {
  const double within = std::erf(clip / std::numbers::sqrt2);
  const double density = std::exp(-clip * clip / 2) / std::sqrt(2 * std::numbers::pi);
  return within - 2 * clip * density + clip * clip * (1 - within);
}

}  // namespace

DirectionSpread spread_of(const Eigen::VectorXd& estimates, const Eigen::VectorXd& variances) {
  require(estimates.size() >= 2 && variances.size() == estimates.size(), "estimates with their variances");
  const Eigen::ArrayXd roots = variances.array().sqrt(), weights = variances.array().inverse();
  const double b = clipped_share();
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
