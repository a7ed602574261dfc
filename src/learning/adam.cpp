#include "learning/adam.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <Eigen/Core>

#include "core/error.hpp"

namespace elastem {

namespace {

/// Σ g², in as many partial sums as a processor adds at once, so that they need not wait for each other.
double square_sum(std::span<const float> gradient) {
  constexpr std::size_t lanes = 16;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= gradient.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto g = static_cast<double>(gradient[i + lane]);
      sums[lane] += g * g;
    }
  for (; i < gradient.size(); ++i)
    sums[0] += static_cast<double>(gradient[i]) * static_cast<double>(gradient[i]);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

double Adam::step(std::span<float> weights, std::span<const float> gradient, double rate,
                  double largest_norm) {
  require(weights.size() == gradient.size() && weights.size() == mean.size(), "as many gradients as weights");
  const double norm = std::sqrt(square_sum(gradient));
  if (!std::isfinite(norm))
    throw Error("the gradient is no longer finite: the training has diverged; try a smaller --learning-rate");
  ++steps;
  constexpr double beta_1 = 0.9, beta_2 = 0.999;
  const double correction_1 = 1 - std::pow(beta_1, static_cast<double>(steps));
  const double correction_2 = 1 - std::pow(beta_2, static_cast<double>(steps));
  const auto clip = static_cast<float>(norm > largest_norm ? largest_norm / norm : 1.0);
  const auto step_size = static_cast<float>(rate / correction_1);
  const auto root_scale = static_cast<float>(1 / std::sqrt(correction_2));
  constexpr auto b1 = static_cast<float>(beta_1), b2 = static_cast<float>(beta_2);
  // Blocks that stay in the first cache, for Eigen's vectors (a loop's square root sets errno and is not
  // one).
  constexpr std::size_t block = 2048;
  for (std::size_t first = 0; first < weights.size(); first += block) {
    const auto count = static_cast<Eigen::Index>(std::min(block, weights.size() - first));
    using Values = Eigen::Map<Eigen::ArrayXf>;
    const Eigen::ArrayXf g = clip * Eigen::Map<const Eigen::ArrayXf>(gradient.data() + first, count);
    Values m(mean.data() + first, count), v(square.data() + first, count), w(weights.data() + first, count);
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g.square();
    w -= step_size * m / (v.sqrt() * root_scale + 1e-8F);
  }
  return norm;
}

}  // namespace elastem
