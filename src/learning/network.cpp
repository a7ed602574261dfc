#include "learning/network.hpp"

#include <algorithm>
#include <utility>

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/torch.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "learning/label.hpp"
#include "learning/network_layers.hpp"
#include "learning/network_loss.hpp"

namespace elastem {
namespace {

using torch::Tensor;

LossSums sums_of(const LossTerms& terms) {
  const auto sum = [](const Tensor& t) { return t.detach().to(torch::kDouble).sum().item<double>(); };
  return {static_cast<double>(terms.loss.size(0)), sum(terms.loss), sum(terms.amplitude), sum(terms.angle),
          sum(terms.shift)};
}

/// A view of memory that LibTorch only reads.
Tensor matrix_of(std::span<const float> values, std::size_t columns) {
  const std::size_t rows = values.size() / columns;
  require(rows * columns == values.size(), "a batch holds whole images");
  return torch::from_blob(const_cast<float*>(values.data()),
                          {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)});
}

/// A stretch of `flat` in the shape of a parameter; convolutions in the order in which they are computed,
/// channels last.
Tensor stretch(const Tensor& flat, std::int64_t offset, const Tensor& parameter) {
  const Tensor part = flat.narrow(0, offset, parameter.numel());
  if (parameter.dim() != 4) return part.view(parameter.sizes());
  return part.view({parameter.size(0), parameter.size(2), parameter.size(3), parameter.size(1)})
      .permute({0, 3, 1, 2});
}

/// Called after a parameter's gradient was added to its memory.
struct AfterGradient : torch::autograd::FunctionPostHook {
  explicit AfterGradient(std::function<void()> call) : call_(std::move(call)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list& /*inputs*/) override {
    call_();
    return outputs;
  }
  std::function<void()> call_;
};

}  // namespace

Precision parse_precision(const std::string& name) {
  if (name == "float32") return Precision::float32;
  if (name == "bfloat16") return Precision::bfloat16;
  if (name == "auto") return __builtin_cpu_supports("avx512bf16") ? Precision::bfloat16 : Precision::float32;
  throw Error("unknown precision '" + name + "': choose auto, float32 or bfloat16" +
              suggestion(name, {"auto", "float32", "bfloat16"}));
}

std::string precision_name(Precision precision) {
  return precision == Precision::bfloat16 ? "bfloat16" : "float32";
}

int network_input_size(ImageGrid grid, double resolution) {
  constexpr int step = 16;
  const int needed = static_cast<int>(2 * grid.size * grid.pixel_size / resolution) + 1;
  const int wanted = std::max(2, (needed + step - 1) / step) * step;
  return std::min(wanted, std::max(1, grid.size / step) * step);
}

struct Network::Impl {
  Architecture architecture;
  Precision precision = Precision::float32;
  Layers layers{nullptr};
  Tensor weights, gradient;  ///< the parameters and their gradients are views of these
  /// A parameter's place in them, and what tells that its gradient is there.
  struct Place {
    std::size_t first, count;
    std::shared_ptr<torch::autograd::Node> accumulator;
  };
  std::vector<Place> places;
  std::size_t pending = 0;  ///< places 0 … pending − 1 are not all final
  std::vector<bool> final;
  const GradientReady* ready = nullptr;

  Tensor forward(std::span<const float> inputs) {
    const std::int64_t side = architecture.input_size;
    const Tensor images = matrix_of(inputs, static_cast<std::size_t>(side * side)).view({-1, 1, side, side});
    return answers(layers->forward(images, precision), architecture.amplitudes);
  }

  /// Moves all parameters into one stretch of memory, so that they are reduced, updated and saved as one.
  void flatten() {
    std::int64_t count = 0;
    for (const Tensor& p : layers->parameters()) count += p.numel();
    weights = torch::empty({count});
    gradient = torch::zeros({count});
    std::int64_t offset = 0;
    for (Tensor p : layers->parameters()) {
      const torch::NoGradGuard without_gradient;
      const Tensor place = stretch(weights, offset, p);
      place.copy_(p);
      p.set_data(place);
      p.mutable_grad() = stretch(gradient, offset, p);
      watch(p, static_cast<std::size_t>(offset));
      offset += p.numel();
    }
    final.assign(places.size(), false);
  }

  void watch(const Tensor& parameter, std::size_t first) {
    auto accumulator = [&] {
      const torch::AutoGradMode with_gradient(true);
      return torch::autograd::impl::grad_accumulator(parameter);
    }();
    const std::size_t index = places.size();
    accumulator->add_post_hook(std::make_unique<AfterGradient>([this, index] { finished(index); }));
    places.push_back({first, static_cast<std::size_t>(parameter.numel()), std::move(accumulator)});
  }

  /// Gradients come roughly in reverse order; they are passed on in exactly this order, the same on all
  /// ranks.
  void finished(std::size_t index) {
    if (ready == nullptr || !*ready) return;
    final[index] = true;
    while (pending > 0 && final[pending - 1]) {
      --pending;
      (*ready)(places[pending].first, places[pending].count);
    }
  }
};

Network::Network(const Architecture& architecture, std::uint64_t seed, Precision precision)
    : impl_(std::make_unique<Impl>()) {
  require(architecture.amplitudes > 0, "a network predicts at least one amplitude");
  require(architecture.input_size > 0 && architecture.input_size % 16 == 0,
          "an input has a multiple of 16 pixels");
  torch::manual_seed(seed);
  impl_->architecture = architecture;
  impl_->precision = precision;
  impl_->layers = Layers(architecture, raw_count(architecture.amplitudes));
  start_bias(impl_->layers->last->bias, architecture.amplitudes);
  impl_->flatten();
}

Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

const Architecture& Network::architecture() const {
  return impl_->architecture;
}

std::size_t Network::input_pixels() const {
  const auto side = static_cast<std::size_t>(impl_->architecture.input_size);
  return side * side;
}

std::size_t Network::target_count() const {
  return elastem::target_count(static_cast<std::size_t>(impl_->architecture.amplitudes));
}

std::size_t Network::output_count() const {
  return elastem::output_count(static_cast<std::size_t>(impl_->architecture.amplitudes));
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

LossSums Network::accumulate(std::span<const float> inputs, std::span<const float> targets,
                             const GradientReady& ready) {
  impl_->gradient.zero_();
  if (inputs.empty()) {
    if (ready) ready(0, weights().size());
    return {};
  }
  impl_->ready = &ready;
  impl_->pending = impl_->places.size();
  std::fill(impl_->final.begin(), impl_->final.end(), false);
  const LossTerms terms =
      loss_terms(impl_->forward(inputs), matrix_of(targets, target_count()), impl_->architecture.amplitudes);
  terms.loss.sum().backward();
  impl_->ready = nullptr;
  return sums_of(terms);
}

std::vector<float> Network::predict(std::span<const float> inputs) {
  if (inputs.empty()) return {};
  const torch::NoGradGuard without_gradient;
  const Tensor output = impl_->forward(inputs).contiguous();
  const float* first = output.data_ptr<float>();
  return {first, first + output.numel()};
}

LossSums Network::loss(std::span<const float> outputs, std::span<const float> targets) const {
  if (outputs.empty()) return {};
  const torch::NoGradGuard without_gradient;
  return sums_of(loss_terms(matrix_of(outputs, output_count()), matrix_of(targets, target_count()),
                            impl_->architecture.amplitudes));
}

void use_torch_threads(int threads) {
  torch::set_num_threads(threads);
}

std::string torch_version() {
  return "LibTorch " TORCH_VERSION;
}

}  // namespace elastem
