#include "learning/network.hpp"

#include <algorithm>
#include <malloc.h>
#include <utility>

#include <torch/torch.h>

#include "core/error.hpp"
#include "learning/flat_parameters.hpp"
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

}  // namespace

Precision device_precision() {
  return multiplies_bfloat16(device_in_use()) ? Precision::bfloat16 : Precision::float32;
}

int network_input_size(ImageGrid grid, double resolution) {
  constexpr int step = 16;
  const int needed = static_cast<int>(2 * grid.size * grid.pixel_size / resolution) + 1;
  const int wanted = std::max(2, (needed + step - 1) / step) * step;
  return std::min(wanted, std::max(1, grid.size / step) * step);
}

struct Network::Impl {
  Impl(const Architecture& of, Precision with)
      : architecture(of), precision(with), layers(of, raw_count(of.amplitudes)) {}

  Architecture architecture;
  Precision precision;
  Layers layers;
  std::unique_ptr<FlatParameters> parameters;

  /// Answers on the device.
  Tensor forward(std::span<const float> inputs) {
    if (parameters->update_weights()) layers->forget_prepared();
    const std::int64_t side = architecture.input_size;
    const Tensor images = matrix_of(inputs, static_cast<std::size_t>(side * side)).view({-1, 1, side, side});
    return answers(layers->forward(images.to(parameters->device()), precision), architecture.amplitudes);
  }
};

Network::Network(const Architecture& architecture, std::uint64_t seed, Precision precision) {
  require(architecture.amplitudes > 0, "a network predicts at least one amplitude");
  require(architecture.input_size > 0 && architecture.input_size % 16 == 0,
          "an input has a multiple of 16 pixels");
  torch::manual_seed(seed);
  impl_ = std::make_unique<Impl>(architecture, precision);
  start_bias(impl_->layers->last->bias, architecture.amplitudes);
  impl_->parameters = std::make_unique<FlatParameters>(*impl_->layers, device_in_use());
}

Network::Network(Network&&) noexcept = default;
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
  return impl_->parameters->weights();
}

std::span<const float> Network::weights() const {
  return std::as_const(*impl_->parameters).weights();
}

std::span<float> Network::gradient() {
  return impl_->parameters->gradient();
}

LossSums Network::accumulate(std::span<const float> inputs, std::span<const float> targets,
                             const GradientReady& ready) {
  FlatParameters& parameters = *impl_->parameters;
  if (inputs.empty()) {
    std::ranges::fill(parameters.gradient(), 0.0F);
    if (ready) ready(0, parameters.count());
    return {};
  }
  const c10::DeviceGuard here(parameters.device());
  const Tensor wanted = matrix_of(targets, target_count()).to(parameters.device());
  const LossTerms terms = loss_terms(impl_->forward(inputs), wanted, impl_->architecture.amplitudes);
  parameters.backward(terms.loss.sum(), ready);
  return sums_of(terms);
}

std::vector<float> Network::predict(std::span<const float> inputs) {
  if (inputs.empty()) return {};
  const torch::NoGradGuard without_gradient;
  const c10::DeviceGuard here(impl_->parameters->device());
  const Tensor output = impl_->forward(inputs).to(torch::kCPU).contiguous();
  const float* first = output.data_ptr<float>();
  return {first, first + output.numel()};
}

LossSums Network::loss(std::span<const float> outputs, std::span<const float> targets) const {
  if (outputs.empty()) return {};
  const torch::NoGradGuard without_gradient;
  return sums_of(loss_terms(matrix_of(outputs, output_count()), matrix_of(targets, target_count()),
                            impl_->architecture.amplitudes));
}

void prepare_torch(int threads) {
  torch::set_num_threads(threads);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

std::string torch_version() {
  return "LibTorch " TORCH_VERSION;
}

}  // namespace elastem
