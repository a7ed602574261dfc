#pragma once

#include <torch/torch.h>

namespace elastem {

/// max(0, N(x) + residual) of a group norm N (Wu & He 2018, arXiv:1803.08494), in one pass over the image for
/// its sums and one for the result, and twice the same for the gradient: at a few channels the norm costs as
/// much memory traffic as its convolution, so it is not left to three operations.
///   N(x)_c = γ_c·(x_c − μ_g)/√(v_g + 10⁻⁵) + β_c, μ_g and v_g mean and variance of the pixels of one image
///   in the channels of c's group. A NaN stays one.
/// `x`, `residual` (may be undefined) and the result: n×C×H×W in channels-last order, float32 or bfloat16;
/// γ, β: C values in float32. Sums and gradients of γ, β are float32. Differentiable in x, γ, β, residual. On
/// a CUDA device it is composed_norm_relu.
torch::Tensor norm_relu(const torch::Tensor& x, const torch::Tensor& gamma, const torch::Tensor& beta,
                        std::int64_t groups, const torch::Tensor& residual);

/// The same, on any device, as a composition of LibTorch's operations in float32, which differs in the order
/// of sums alone.
torch::Tensor composed_norm_relu(const torch::Tensor& x, const torch::Tensor& gamma,
                                 const torch::Tensor& beta, std::int64_t groups,
                                 const torch::Tensor& residual);

}  // namespace elastem
