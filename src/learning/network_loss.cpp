#include "learning/network_loss.hpp"

#include <cmath>
#include <numbers>

#include "learning/label.hpp"

namespace elastem {
namespace {

using torch::Tensor;
constexpr auto components = static_cast<std::int64_t>(component_count);
/// Raw numbers of a component: two vectors of the 6-D rotation, and what weight and concentration come from.
constexpr std::int64_t component_raw = 8;
constexpr double huber_width = 0.1, uncertainty_share = 0.1, pose_share = 0.25;
/// An expected error below this, in scaled units, is not to be told from none.
constexpr double least_error = 1e-3;

/// Gram–Schmidt of the six raw numbers in the last dimension, differentiable: rotation matrices, row by row.
Tensor rotations(const Tensor& raw) {
  const Tensor a = raw.narrow(-1, 0, 3), b = raw.narrow(-1, 3, 3);
  const auto unit = [](const Tensor& v) { return v / v.norm(2, -1, true).clamp_min(1e-6); };
  const Tensor x = unit(a);
  const Tensor y = unit(b - (x * b).sum(-1, true) * x);
  return torch::cat({x, y, torch::cross(x, y, -1)}, -1);
}

/// n×M×11: rotation row by row, weight, concentration between 0.05 (all but uniform) and 1000 (1.3 degrees).
Tensor mixture(const Tensor& raw) {
  const Tensor each = raw.view({raw.size(0), components, component_raw});
  const Tensor weight = torch::softmax(each.narrow(2, 6, 1), 1);
  const Tensor concentration = (torch::softplus(each.narrow(2, 7, 1)) + 0.05).clamp_max(1000);
  return torch::cat({rotations(each.narrow(2, 0, 6)), weight, concentration}, 2);
}

/// The two sums over values of the loss, a mean over the columns each.
Tensor value_loss(const Tensor& difference, const Tensor& expected, const Tensor& label_error) {
  const Tensor variance = expected.detach().square();
  const Tensor weight = variance / (variance + label_error.square());
  const Tensor huber =
      torch::smooth_l1_loss(difference, torch::zeros_like(difference), torch::Reduction::None, huber_width);
  const Tensor total = (expected.square() + label_error.square()).sqrt();
  return (weight * huber + uncertainty_share * (difference.detach().abs() / total + total.log())).mean(1);
}

}  // namespace

std::int64_t raw_count(std::int64_t amplitudes) {
  return 2 * amplitudes + 4 + components * component_raw;
}

void start_bias(const Tensor& bias, std::int64_t amplitudes) {
  const torch::NoGradGuard without_gradient;
  bias.zero_();
  bias.narrow(0, amplitudes, amplitudes).fill_(std::log(0.5));
  bias.narrow(0, 2 * amplitudes + 2, 2).fill_(std::log(0.5));
  bias.narrow(0, 2 * amplitudes + 4, components * component_raw)
      .view({components, component_raw})
      .narrow(1, 0, 6)
      .normal_();
}

Tensor answers(const Tensor& raw, std::int64_t k) {
  const auto positive = [](const Tensor& x) { return x.clamp(std::log(least_error), 3).exp(); };
  return torch::cat({raw.narrow(1, 0, k), positive(raw.narrow(1, k, k)), raw.narrow(1, 2 * k, 2),
                     positive(raw.narrow(1, 2 * k + 2, 2)),
                     mixture(raw.narrow(1, 2 * k + 4, components * component_raw)).flatten(1)},
                    1);
}

LossTerms loss_terms(const Tensor& answer, const Tensor& target, std::int64_t k) {
  const Tensor dq = answer.narrow(1, 0, k) - target.narrow(1, 0, k);
  const Tensor ds = answer.narrow(1, 2 * k, 2) - target.narrow(1, 2 * k + 10, 2);
  const Tensor rotation = target.narrow(1, 2 * k, 9), rotation_error = target.narrow(1, 2 * k + 9, 1);
  const Tensor mixed = answer.narrow(1, 2 * k + 4, components * 11).view({-1, components, 11});
  const Tensor trace = (mixed.narrow(2, 0, 9) * rotation.unsqueeze(1)).sum(2);
  const Tensor weight = mixed.select(2, 9);
  const Tensor kappa = 1 / (1 / mixed.select(2, 10) + 2 * rotation_error.square());
  const Tensor constant = torch::special_i0e(2 * kappa) - torch::special_i1e(2 * kappa);
  const Tensor log_density =
      torch::logsumexp(torch::log(weight.clamp_min(1e-12)) + kappa * (trace - 3) - torch::log(constant), 1);
  LossTerms terms;
  terms.loss = value_loss(dq, answer.narrow(1, k, k), target.narrow(1, k, k)) +
               value_loss(ds, answer.narrow(1, 2 * k + 2, 2), target.narrow(1, 2 * k + 12, 1)) -
               pose_share * log_density;
  const torch::NoGradGuard without_gradient;
  terms.amplitude = dq.abs().mean(1);
  const Tensor chosen = trace.gather(1, weight.argmax(1, true)).squeeze(1);
  terms.angle = torch::acos(((chosen - 1) / 2).clamp(-1, 1)) * (180 / std::numbers::pi);
  terms.shift = ds.abs().mean(1);
  return terms;
}

}  // namespace elastem
