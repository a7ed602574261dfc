#pragma once

#include <torch/torch.h>

namespace elastem {

/// What is made of a parameter before it is used. Without gradients it is made once and kept: for a few
/// images it takes longer than what is computed with it.
class Prepared {
 public:
  /// make(), or what an earlier call returned.
  template <class Make>
  torch::Tensor get(Make make) {
    if (torch::GradMode::is_enabled()) return make();
    if (!kept_.defined()) kept_ = make();
    return kept_;
  }
  /// To be called when the parameter has changed.
  void forget() { kept_ = torch::Tensor(); }

 private:
  torch::Tensor kept_;
};

/// A convolution without bias of kernel k (odd), stride 1 or 2 and k/2 zeros around the image, with weights
/// to×from×k×k, used in the precision of the image. Images and results: n×C×S×S, channels last.
///
/// Where the kernel reaches the whole image from each of its pixels (stride 1, 2S ≤ k + 1), it is a product
/// with one matrix (full_matrix), which at 2×2 pixels is several times as fast as what oneDNN makes of it.
struct ConvolutionImpl : torch::nn::Module {
  ConvolutionImpl(int from, int to, int kernel, int stride);
  torch::Tensor forward(const torch::Tensor& x);

  torch::Tensor weight;
  Prepared prepared;
  std::int64_t stride, padding;

 private:
  torch::Tensor product(const torch::Tensor& x);
  torch::Tensor kept_convolution(const torch::Tensor& x);
};
TORCH_MODULE(Convolution);

/// The matrix S²·to × S²·from of a convolution of stride 1 of images of S×S pixels, pixel by pixel of all
/// channels, 2S ≤ k + 1: M[(p, c), (q, d)] = weight[c, d, q − p + (k/2, k/2)].
torch::Tensor full_matrix(const torch::Tensor& weight, std::int64_t side);

}  // namespace elastem
