#include "learning/adam.hpp"

#include <cmath>

#include "core/error.hpp"

namespace elastem {

double Adam::step(std::span<float> weights, std::span<const float> gradient, double rate,
                  double largest_norm) {
  require(weights.size() == gradient.size() && weights.size() == mean.size(), "as many gradients as weights");
  double sum = 0;
  for (const float g : gradient) sum += static_cast<double>(g) * g;
  const double norm = std::sqrt(sum);
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
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float g = clip * gradient[i];
    mean[i] = b1 * mean[i] + (1 - b1) * g;
    square[i] = b2 * square[i] + (1 - b2) * g * g;
    weights[i] -= step_size * mean[i] / (std::sqrt(square[i]) * root_scale + 1e-8F);
  }
  return norm;
}

}  // namespace elastem
