#pragma once

#include <string>
#include <vector>

#include <torch/torch.h>

#include "learning/convolution.hpp"
#include "learning/network.hpp"

namespace elastem {

/// norm_relu with its γ and β.
struct NormReluImpl : torch::nn::Module {
  explicit NormReluImpl(int channels);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& residual = {});
  torch::Tensor gamma, beta;
};
TORCH_MODULE(NormRelu);

/// relu( N(C(relu(N(C(x))))) + x ), the second x through a 1×1 convolution where the shape changes.
struct ResidualBlockImpl : torch::nn::Module {
  ResidualBlockImpl(int from, int to, int stride);
  torch::Tensor forward(const torch::Tensor& x);
  Convolution first, second, shortcut{nullptr};
  NormRelu first_norm, second_norm;
};
TORCH_MODULE(ResidualBlock);

/// From images n×1×S×S in float32 to raw outputs in float32.
struct LayersImpl : torch::nn::Module {
  LayersImpl(const Architecture& architecture, std::int64_t outputs);
  torch::Tensor forward(const torch::Tensor& images, Precision precision);
  /// To be called when weights have changed.
  void forget_prepared();

  Convolution stem{nullptr};
  NormRelu stem_norm{nullptr};
  bool pooled = false;  ///< a maximum of 3×3 after the stem and a mean over the image at the end
  std::vector<ResidualBlock> blocks;
  torch::nn::Linear hidden{nullptr}, last{nullptr};
  Prepared hidden_weight, hidden_bias;
};
TORCH_MODULE(Layers);

}  // namespace elastem
