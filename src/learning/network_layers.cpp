#include "learning/network_layers.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "learning/group_norm.hpp"

namespace elastem {
namespace {

using torch::Tensor;
constexpr int norm_groups = 8;

struct Shape {
  int width;
  std::array<int, 4> blocks;  ///< of each stage
  int stem;                   ///< side of the first convolution
  int hidden;                 ///< units of the linear layer before the last; 0: the mean over the image
                              ///< goes straight to the last, and a maximum of 3×3 follows the stem
};
/// Of architecture_names(). The last two as published (He et al. 2016), but for the norm and the single input
/// channel.
constexpr std::array shapes = {Shape{16, {1, 1, 1, 1}, 5, 256}, Shape{32, {1, 1, 1, 1}, 5, 256},
                               Shape{64, {1, 1, 1, 1}, 5, 512}, Shape{64, {2, 2, 2, 2}, 7, 0},
                               Shape{64, {3, 4, 6, 3}, 7, 0}};

const Shape& shape_of(const std::string& name) {
  const std::vector<std::string> names = architecture_names();
  require(names.size() == shapes.size(), "each architecture has its shape");
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw Error("network architecture " + unknown_name(name, names));
  return shapes[static_cast<std::size_t>(found - names.begin())];
}

}  // namespace

NormReluImpl::NormReluImpl(int channels)
    : gamma(register_parameter("gamma", torch::ones({channels}))),
      beta(register_parameter("beta", torch::zeros({channels}))) {}

Tensor NormReluImpl::forward(const Tensor& x, const Tensor& residual) {
  return norm_relu(x, gamma, beta, norm_groups, residual);
}

ResidualBlockImpl::ResidualBlockImpl(int from, int to, int stride)
    : first(register_module("first", Convolution(from, to, 3, stride))),
      second(register_module("second", Convolution(to, to, 3, 1))),
      first_norm(register_module("first_norm", NormRelu(to))),
      second_norm(register_module("second_norm", NormRelu(to))) {
  if (from != to || stride != 1) shortcut = register_module("shortcut", Convolution(from, to, 1, stride));
}

Tensor ResidualBlockImpl::forward(const Tensor& x) {
  return second_norm(second(first_norm(first(x))), shortcut.is_empty() ? x : shortcut(x));
}

LayersImpl::LayersImpl(const Architecture& architecture, std::int64_t outputs) {
  const Shape& shape = shape_of(architecture.name);
  stem = register_module("stem", Convolution(1, shape.width, shape.stem, 2));
  stem_norm = register_module("stem_norm", NormRelu(shape.width));
  pooled = shape.hidden == 0;
  int channels = shape.width, side = architecture.input_size / (pooled ? 4 : 2);
  for (std::size_t stage = 0; stage < 4; ++stage) {
    for (int i = 0; i < shape.blocks[stage]; ++i) {
      const int width = shape.width << stage, stride = stage > 0 && i == 0 ? 2 : 1;
      blocks.push_back(
          register_module("block" + std::to_string(blocks.size()), ResidualBlock(channels, width, stride)));
      channels = width;
      side = (side + stride - 1) / stride;
    }
  }
  if (!pooled) hidden = register_module("hidden", torch::nn::Linear(channels * side * side, shape.hidden));
  last = register_module("last", torch::nn::Linear(pooled ? channels : shape.hidden, outputs));
}

Tensor LayersImpl::forward(const Tensor& images, Precision precision) {
  Tensor x = images.to(precision == Precision::bfloat16 ? torch::kBFloat16 : torch::kFloat)
                 .contiguous(torch::MemoryFormat::ChannelsLast);
  x = stem_norm(stem(x));
  if (pooled) x = torch::max_pool2d(x, 3, 2, 1);
  for (ResidualBlock& block : blocks) x = block(x);
  if (pooled) return last(x.to(torch::kFloat).mean({2, 3}));
  x = x.permute({0, 2, 3, 1}).flatten(1);
  const auto type = x.scalar_type();
  const Tensor weight = hidden_weight.get([&] { return hidden->weight.to(type); });
  const Tensor bias = hidden_bias.get([&] { return hidden->bias.to(type); });
  x = torch::relu(torch::linear(x, weight, bias));
  return last(x.to(torch::kFloat));
}

void LayersImpl::forget_prepared() {
  const auto forget = [](Convolution& convolution) {
    if (!convolution.is_empty()) convolution->prepared.forget();
  };
  forget(stem);
  for (ResidualBlock& block : blocks)
    for (Convolution* convolution : {&block->first, &block->second, &block->shortcut}) forget(*convolution);
  hidden_weight.forget();
  hidden_bias.forget();
}

}  // namespace elastem
