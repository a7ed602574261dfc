#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "learning/group_norm.hpp"

namespace elastem {
namespace {

using torch::Tensor;
constexpr std::int64_t groups = 4, channels = 16, side = 6, images = 3;
constexpr double single = std::numeric_limits<float>::epsilon();
constexpr double half = 1.0 / 128;  // spacing of bfloat16 next to 1: eight bits

/// Result and gradients of a norm, all in double precision: y, ∂x, ∂residual, ∂γ, ∂β.
using Outcome = std::array<Tensor, 5>;

template <class Norm>
Outcome outcome(Norm norm, torch::ScalarType type, bool with_residual) {
  torch::manual_seed(3);
  const auto image = [&] {
    return (torch::randn({images, channels, side, side}) * 2 + 0.5)
        .to(type)
        .contiguous(torch::MemoryFormat::ChannelsLast);
  };
  const Tensor x = image().requires_grad_(), residual = image().requires_grad_(), direction = image();
  const Tensor gamma = (1 + 0.3 * torch::randn({channels})).requires_grad_();
  const Tensor beta = (0.3 * torch::randn({channels})).requires_grad_();
  const Tensor y = norm(x, gamma, beta, groups, with_residual ? residual : Tensor());
  EXPECT_EQ(y.scalar_type(), type);
  EXPECT_TRUE(y.is_contiguous(torch::MemoryFormat::ChannelsLast));
  y.backward(direction);
  const auto doubles = [](const Tensor& t) {
    return t.defined() ? t.detach().to(torch::kDouble) : torch::zeros({1}, torch::kDouble);
  };
  return {doubles(y), doubles(x.grad()), doubles(residual.grad()), doubles(gamma.grad()),
          doubles(beta.grad())};
}

/// The largest difference over the largest value.
double difference(const Tensor& a, const Tensor& b) {
  return ((a - b).abs().max() / b.abs().max().clamp_min(1e-12)).item<double>();
}

TEST(NormRelu, IsTheCompositionOfItsOperations) {
  for (const auto type : {torch::kFloat, torch::kBFloat16})
    for (const bool with_residual : {false, true}) {
      const Outcome fused = outcome(norm_relu, type, with_residual);
      const Outcome composed = outcome(composed_norm_relu, type, with_residual);
      // Float32 sums over the pixels of a group, in another order; rounded to the type once, so that a value
      // that lies between two of its numbers may be rounded to either.
      constexpr double sums = 4.0 * side * side * channels / groups * single;
      const double rounded = type == torch::kFloat ? sums : half + sums;
      for (const std::size_t of_images : {0UL, 1UL, 2UL})
        EXPECT_LE(difference(fused[of_images], composed[of_images]), rounded)
            << type << " " << with_residual << " " << of_images;
      // Sums over all images in float32 of what the same gate let through.
      for (const std::size_t of_channels : {3UL, 4UL})
        EXPECT_LE(difference(fused[of_channels], composed[of_channels]), images * sums)
            << type << " " << with_residual << " " << of_channels;
      EXPECT_GT(composed[0].abs().max().item<double>(), 1);
      EXPECT_EQ(composed[2].abs().max().item<double>() > 0, with_residual);
    }
}

TEST(NormRelu, SetsTheGroupsOfAnImageToMeanZeroAndVarianceOne) {
  torch::manual_seed(4);
  const Tensor x =
      (torch::randn({images, channels, side, side}) * 3 + 7).contiguous(torch::MemoryFormat::ChannelsLast);
  // Far above zero the rectifier lets everything pass.
  const Tensor y = composed_norm_relu(x, torch::ones({channels}), torch::full({channels}, 100.0), groups, {});
  const Tensor group = (y - 100).reshape({images, groups, -1});
  EXPECT_LT(group.mean(2).abs().max().item<double>(), 100 * single);
  // y is about 100 with a relative error of float32; ε is 10⁻⁵ beside a variance of 9.
  EXPECT_LT((group.square().mean(2) - 1).abs().max().item<double>(), 2 * 100 * single + 1e-5 / 4);
}

}  // namespace
}  // namespace elastem
