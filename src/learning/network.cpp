#include "learning/network.hpp"

#include <map>
#include <numbers>

#include <torch/torch.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "learning/label.hpp"
#include "learning/network_input.hpp"

namespace elastem {
namespace {

using torch::Tensor;
namespace nn = torch::nn;

const std::map<std::string, int>& base_widths() {
  static const std::map<std::string, int> widths = {{"small", 16}, {"medium", 32}};
  return widths;
}

nn::Conv2d convolution(int from, int to, int kernel, int stride) {
  return nn::Conv2d(nn::Conv2dOptions(from, to, kernel).stride(stride).padding(kernel / 2).bias(false));
}

nn::GroupNorm norm(int channels) {
  return nn::GroupNorm(nn::GroupNormOptions(8, channels));
}

/// relu( N(C(relu(N(C(x))))) + x ), the second x through a 1×1 convolution where the shape changes.
struct ResidualBlockImpl : nn::Module {
  ResidualBlockImpl(int from, int to, int stride)
      : first(register_module("first", convolution(from, to, 3, stride))),
        second(register_module("second", convolution(to, to, 3, 1))),
        first_norm(register_module("first_norm", norm(to))),
        second_norm(register_module("second_norm", norm(to))) {
    if (from != to || stride != 1) shortcut = register_module("shortcut", convolution(from, to, 1, stride));
  }

  Tensor forward(const Tensor& x) {
    const Tensor y = second_norm(second(torch::relu(first_norm(first(x)))));
    return torch::relu(y + (shortcut.is_empty() ? x : shortcut(x)));
  }

  nn::Conv2d first, second, shortcut{nullptr};
  nn::GroupNorm first_norm, second_norm;
};
TORCH_MODULE(ResidualBlock);

/// Raw numbers of a component: two vectors of the 6-D rotation, and what weight and concentration come from.
constexpr std::int64_t component_raw = 8;

/// K + 2 + 16·8 raw outputs: amplitudes, shift, components.
nn::Sequential make_layers(int width, int amplitudes) {
  nn::Sequential layers;
  layers->push_back(convolution(1, width, 5, 2));
  layers->push_back(norm(width));
  layers->push_back(nn::ReLU());
  layers->push_back(ResidualBlock(width, width, 1));
  layers->push_back(ResidualBlock(width, 2 * width, 2));
  layers->push_back(ResidualBlock(2 * width, 4 * width, 2));
  layers->push_back(ResidualBlock(4 * width, 8 * width, 2));
  layers->push_back(nn::Flatten());
  constexpr int last_side = network_input_size / 16;
  layers->push_back(nn::Linear(8 * width * last_side * last_side, 256));
  layers->push_back(nn::ReLU());
  constexpr auto count = static_cast<std::int64_t>(component_count);
  nn::Linear last(256, amplitudes + 2 + count * component_raw);
  // The components start at rotations drawn at random, so that each takes its own part of them.
  const torch::NoGradGuard without_gradient;
  last->bias.narrow(0, amplitudes + 2, count * component_raw).normal_();
  last->bias.narrow(0, amplitudes + 2, count * component_raw)
      .view({count, component_raw})
      .narrow(1, 6, 2)
      .zero_();
  layers->push_back(last);
  return layers;
}

/// Gram–Schmidt of the six raw numbers in the last dimension, differentiable: rotation matrices, row by row.
Tensor rotations(const Tensor& raw) {
  const Tensor a = raw.narrow(-1, 0, 3), b = raw.narrow(-1, 3, 3);
  const auto unit = [](const Tensor& v) { return v / v.norm(2, -1, true).clamp_min(1e-6); };
  const Tensor x = unit(a);
  const Tensor y = unit(b - (x * b).sum(-1, true) * x);
  return torch::cat({x, y, torch::cross(x, y, -1)}, -1);
}

/// n×16×11: rotation row by row, weight, concentration between 0.05 (all but uniform) and 100 (4 degrees).
Tensor components(const Tensor& raw) {
  const Tensor each = raw.view({raw.size(0), static_cast<std::int64_t>(component_count), component_raw});
  const Tensor weight = torch::softmax(each.narrow(2, 6, 1), 1);
  const Tensor concentration = (torch::softplus(each.narrow(2, 7, 1)) + 0.05).clamp_max(100);
  return torch::cat({rotations(each.narrow(2, 0, 6)), weight, concentration}, 2);
}

struct LossTerms {
  Tensor loss, amplitude, angle, shift;  ///< n values each
};

LossTerms loss_terms(const Tensor& output, const Tensor& target, int amplitudes) {
  constexpr auto count = static_cast<std::int64_t>(component_count);
  const Tensor dq = output.narrow(1, 0, amplitudes) - target.narrow(1, 0, amplitudes);
  const Tensor ds = output.narrow(1, amplitudes, 2) - target.narrow(1, amplitudes + 9, 2);
  const Tensor mixture = output.narrow(1, amplitudes + 2, count * 11).view({-1, count, 11});
  const Tensor trace = (mixture.narrow(2, 0, 9) * target.narrow(1, amplitudes, 9).unsqueeze(1)).sum(2);
  const Tensor weight = mixture.select(2, 9), kappa = mixture.select(2, 10);
  const auto huber = [](const Tensor& d) {
    return torch::smooth_l1_loss(d, torch::zeros_like(d), torch::Reduction::None, 0.1).mean(1);
  };
  const Tensor constant = torch::special_i0e(2 * kappa) - torch::special_i1e(2 * kappa);
  const Tensor log_density =
      torch::logsumexp(torch::log(weight.clamp_min(1e-12)) + kappa * (trace - 3) - torch::log(constant), 1);
  LossTerms terms;
  terms.loss = huber(dq) + huber(ds) - 0.5 * log_density;
  const torch::NoGradGuard without_gradient;
  terms.amplitude = dq.abs().mean(1);
  const Tensor chosen = trace.gather(1, weight.argmax(1, true)).squeeze(1);
  terms.angle = torch::acos(((chosen - 1) / 2).clamp(-1, 1)) * (180 / std::numbers::pi);
  terms.shift = ds.abs().mean(1);
  return terms;
}

LossSums sums_of(const LossTerms& terms) {
  const auto sum = [](const Tensor& t) { return t.detach().to(torch::kDouble).sum().item<double>(); };
  return {static_cast<double>(terms.loss.size(0)), sum(terms.loss), sum(terms.amplitude), sum(terms.angle),
          sum(terms.shift)};
}

/// A view of memory that LibTorch only reads.
Tensor matrix_of(std::span<const float> values, std::int64_t columns) {
  const auto rows = static_cast<std::int64_t>(values.size()) / columns;
  require(rows * columns == static_cast<std::int64_t>(values.size()), "a batch holds whole images");
  return torch::from_blob(const_cast<float*>(values.data()), {rows, columns});
}

}  // namespace

struct Network::Impl {
  Architecture architecture;
  nn::Sequential layers{nullptr};
  Tensor weights, gradient;  ///< the parameters and their gradients are views of these

  Tensor forward(std::span<const float> inputs) {
    constexpr std::int64_t side = network_input_size;
    const Tensor raw = layers->forward(matrix_of(inputs, side * side).view({-1, 1, side, side}));
    const int k = architecture.amplitudes;
    const Tensor mixture = components(raw.narrow(1, k + 2, raw.size(1) - k - 2));
    return torch::cat({raw.narrow(1, 0, k + 2), mixture.flatten(1)}, 1);
  }

  /// Moves all parameters into one stretch of memory, so that they are reduced, updated and saved as one.
  void flatten() {
    std::int64_t count = 0;
    for (const Tensor& p : layers->parameters()) count += p.numel();
    weights = torch::empty({count});
    gradient = torch::zeros({count});
    std::int64_t offset = 0;
    for (Tensor p : layers->parameters()) {
      const auto view = [&](const Tensor& flat) { return flat.narrow(0, offset, p.numel()).view(p.sizes()); };
      const torch::NoGradGuard without_gradient;
      view(weights).copy_(p);
      p.set_data(view(weights));
      p.mutable_grad() = view(gradient);
      offset += p.numel();
    }
  }
};

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const auto& [name, width] : base_widths()) names.push_back(name);
  return names;
}

Network::Network(const Architecture& architecture, std::uint64_t seed) : impl_(std::make_unique<Impl>()) {
  const auto width = base_widths().find(architecture.name);
  if (width == base_widths().end())
    throw Error("unknown architecture '" + architecture.name + "': choose small or medium" +
                suggestion(architecture.name, architecture_names()));
  require(architecture.amplitudes > 0, "a network predicts at least one amplitude");
  torch::manual_seed(seed);
  impl_->architecture = architecture;
  impl_->layers = make_layers(width->second, architecture.amplitudes);
  impl_->flatten();
}

Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

const Architecture& Network::architecture() const {
  return impl_->architecture;
}

std::size_t Network::output_count() const {
  return static_cast<std::size_t>(impl_->architecture.amplitudes) + pose_outputs;
}

std::span<float> Network::weights() {
  return {impl_->weights.data_ptr<float>(), static_cast<std::size_t>(impl_->weights.numel())};
}

std::span<const float> Network::weights() const {
  return {impl_->weights.data_ptr<float>(), static_cast<std::size_t>(impl_->weights.numel())};
}

std::span<float> Network::gradient() {
  return {impl_->gradient.data_ptr<float>(), static_cast<std::size_t>(impl_->gradient.numel())};
}

LossSums Network::accumulate(std::span<const float> inputs, std::span<const float> targets) {
  impl_->gradient.zero_();
  if (inputs.empty()) return {};
  impl_->layers->train();
  const LossTerms terms =
      loss_terms(impl_->forward(inputs),
                 matrix_of(targets, impl_->architecture.amplitudes + static_cast<std::int64_t>(pose_targets)),
                 impl_->architecture.amplitudes);
  terms.loss.sum().backward();
  return sums_of(terms);
}

std::vector<float> Network::predict(std::span<const float> inputs) {
  if (inputs.empty()) return {};
  const torch::NoGradGuard without_gradient;
  impl_->layers->eval();
  const Tensor output = impl_->forward(inputs).contiguous();
  const float* first = output.data_ptr<float>();
  return {first, first + output.numel()};
}

LossSums Network::loss(std::span<const float> outputs, std::span<const float> targets) const {
  if (outputs.empty()) return {};
  const torch::NoGradGuard without_gradient;
  const int k = impl_->architecture.amplitudes;
  return sums_of(loss_terms(matrix_of(outputs, static_cast<std::int64_t>(output_count())),
                            matrix_of(targets, k + static_cast<std::int64_t>(pose_targets)), k));
}

void use_torch_threads(int threads) {
  torch::set_num_threads(threads);
}

std::string torch_version() {
  return "LibTorch " TORCH_VERSION;
}

}  // namespace elastem
