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

/// K + 8 raw outputs: amplitudes, two vectors of the 6-D rotation, shift.
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
  layers->push_back(nn::Linear(256, amplitudes + 8));
  return layers;
}

/// Gram–Schmidt of the six raw numbers, differentiable: n×9 rotation matrices, row by row.
Tensor rotations(const Tensor& raw) {
  const Tensor a = raw.narrow(1, 0, 3), b = raw.narrow(1, 3, 3);
  const auto unit = [](const Tensor& v) { return v / v.norm(2, 1, true).clamp_min(1e-6); };
  const Tensor x = unit(a);
  const Tensor y = unit(b - (x * b).sum(1, true) * x);
  return torch::cat({x, y, torch::cross(x, y, 1)}, 1);
}

struct LossTerms {
  Tensor loss, amplitude, angle, shift;  ///< n values each
};

LossTerms loss_terms(const Tensor& output, const Tensor& target, int amplitudes) {
  const auto part = [&](const Tensor& t, int first, int count) { return t.narrow(1, first, count); };
  const Tensor dq = part(output, 0, amplitudes) - part(target, 0, amplitudes);
  const Tensor dr = part(output, amplitudes, 9) - part(target, amplitudes, 9);
  const Tensor ds = part(output, amplitudes + 9, 2) - part(target, amplitudes + 9, 2);
  const auto huber = [](const Tensor& d) {
    return torch::smooth_l1_loss(d, torch::zeros_like(d), torch::Reduction::None, 0.1).mean(1);
  };
  // ‖R̂ − R‖² = 8 sin²(ω/2); the small constant keeps the root's derivative finite at ω = 0.
  const Tensor square = dr.square().sum(1);
  constexpr double tiny = 1e-12;
  const Tensor chord = ((square + tiny).sqrt() - std::sqrt(tiny)) / 2;
  LossTerms terms;
  terms.loss = huber(dq) + chord + huber(ds);
  const torch::NoGradGuard without_gradient;
  terms.amplitude = dq.abs().mean(1);
  terms.angle = 2 * torch::asin((square / 8).sqrt().clamp(0, 1)) * (180 / std::numbers::pi);
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
    return torch::cat({raw.narrow(1, 0, k), rotations(raw.narrow(1, k, 6)), raw.narrow(1, k + 6, 2)}, 1);
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
      loss_terms(impl_->forward(inputs), matrix_of(targets, static_cast<std::int64_t>(output_count())),
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
  const auto columns = static_cast<std::int64_t>(output_count());
  return sums_of(
      loss_terms(matrix_of(outputs, columns), matrix_of(targets, columns), impl_->architecture.amplitudes));
}

void use_torch_threads(int threads) {
  torch::set_num_threads(threads);
}

std::string torch_version() {
  return "LibTorch " TORCH_VERSION;
}

}  // namespace elastem
