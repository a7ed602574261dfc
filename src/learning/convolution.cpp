#include "learning/convolution.hpp"

#include <vector>

#include "core/error.hpp"
#include "learning/compute_device.hpp"

namespace elastem {
namespace {

using torch::Tensor;
/// For results of at most so many pixels per side oneDNN takes longer to rearrange the weights than to
/// compute.
constexpr std::int64_t small_side = 2;

bool onednn_takes(torch::ScalarType type) {
  return at::hasMKLDNN() && (type == torch::kFloat || multiplies_bfloat16({}));
}

}  // namespace

Tensor full_matrix(const Tensor& weight, std::int64_t side) {
  const std::int64_t to = weight.size(0), from = weight.size(1), kernel = weight.size(2),
                     pixels = side * side;
  require(2 * side <= kernel + 1, "the kernel reaches the whole image");
  std::vector<std::int64_t> taps;  // of result pixel p and image pixel q
  for (std::int64_t p = 0; p < pixels; ++p)
    for (std::int64_t q = 0; q < pixels; ++q)
      taps.push_back((q / side - p / side + kernel / 2) * kernel + q % side - p % side + kernel / 2);
  const Tensor index = torch::tensor(taps, torch::kLong).to(weight.device());
  return weight.permute({2, 3, 0, 1})
      .reshape({kernel * kernel, to, from})
      .index_select(0, index)
      .view({pixels, pixels, to, from})
      .permute({0, 2, 1, 3})
      .reshape({pixels * to, pixels * from});
}

ConvolutionImpl::ConvolutionImpl(int from, int to, int kernel, int step) : stride(step), padding(kernel / 2) {
  weight = register_parameter("weight", torch::empty({to, from, kernel, kernel}));
  torch::nn::init::kaiming_normal_(weight, 0, torch::kFanIn, torch::kReLU);
}

Tensor ConvolutionImpl::forward(const Tensor& x) {
  if (stride == 1 && 2 * x.size(2) <= weight.size(2) + 1) return product(x);
  if (!torch::GradMode::is_enabled() && x.device().is_cpu()) return kept_convolution(x);
  return torch::conv2d(x, weight.to(x.scalar_type()), {}, stride, padding);
}

Tensor ConvolutionImpl::product(const Tensor& x) {
  const std::int64_t side = x.size(2);
  const Tensor matrix = prepared.get([&] { return full_matrix(weight.to(x.scalar_type()), side); });
  return torch::linear(x.permute({0, 2, 3, 1}).flatten(1), matrix)
      .view({-1, side, side, weight.size(0)})
      .permute({0, 3, 1, 2});
}

/// With weights that are kept in the order in which oneDNN uses them.
Tensor ConvolutionImpl::kept_convolution(const Tensor& x) {
  const bool small = x.size(2) <= stride * small_side && onednn_takes(x.scalar_type());
  const Tensor kept = prepared.get([&] {
    const Tensor rounded = weight.detach().to(x.scalar_type());
    return small ? torch::mkldnn_reorder_conv2d_weight(rounded.to_mkldnn(), {padding, padding},
                                                       {stride, stride}, {1, 1})
                 : rounded.contiguous(torch::MemoryFormat::ChannelsLast);
  });
  if (small) return torch::mkldnn_convolution(x, kept, {}, {padding, padding}, {stride, stride}, {1, 1}, 1);
  return torch::conv2d(x, kept, {}, stride, padding);
}

}  // namespace elastem
