#include "learning/convolution.hpp"

#include <limits>
#include <ostream>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using torch::Tensor;

struct Case {
  int from, to, kernel, stride, side;
  torch::ScalarType type;
};

/// For the names of tests.
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.from << "_to_" << c.to << "_kernel_" << c.kernel << "_stride_" << c.stride << "_side_" << c.side
       << (c.type == torch::kFloat ? "_float32" : "_bfloat16");
}

class ConvolutionTest : public testing::TestWithParam<Case> {
 protected:
  ConvolutionTest() {
    torch::manual_seed(7);
    const Case& c = GetParam();
    convolution = Convolution(c.from, c.to, c.kernel, c.stride);
    {
      const torch::NoGradGuard quiet;  // of numbers that bfloat16 has: the reference has the same
      convolution->weight.copy_(convolution->weight.to(c.type));
    }
    x = torch::randn({5, c.from, c.side, c.side}).to(c.type).contiguous(torch::MemoryFormat::ChannelsLast);
  }

  Tensor reference(const Tensor& image, const Tensor& weight) const {
    const Case& c = GetParam();
    return torch::conv2d(image, weight, {}, c.stride, c.kernel / 2);
  }
  static void expect_near(const Tensor& actual, const Tensor& expected) {
    const double rounding =
        GetParam().type == torch::kFloat ? 16 * double{std::numeric_limits<float>::epsilon()} : 1.0 / 64;
    ASSERT_EQ(actual.sizes(), expected.sizes());
    const double error = (actual.to(torch::kDouble) - expected).abs().max().item<double>();
    EXPECT_LE(error, rounding * expected.abs().max().item<double>());
  }

  Convolution convolution{nullptr};
  Tensor x;
};

TEST_P(ConvolutionTest, IsTheConvolution) {
  const Tensor expected = reference(x.to(torch::kDouble), convolution->weight.detach().to(torch::kDouble));
  const Tensor with_gradients = convolution->forward(x);
  EXPECT_EQ(with_gradients.scalar_type(), GetParam().type);
  expect_near(with_gradients.detach(), expected);
  const torch::NoGradGuard without_gradients;
  expect_near(convolution->forward(x), expected);
  expect_near(convolution->forward(x), expected);  // with what the first call kept
}

TEST_P(ConvolutionTest, GradientsAreThoseOfTheConvolution) {
  const Tensor image = x.clone().requires_grad_();
  const Tensor result = convolution->forward(image);
  const Tensor given = torch::randn(result.sizes()).to(result.scalar_type());
  result.backward(given);
  const Tensor image_64 = x.to(torch::kDouble).requires_grad_();
  const Tensor weight_64 = convolution->weight.detach().to(torch::kDouble).requires_grad_();
  reference(image_64, weight_64).backward(given.to(torch::kDouble));
  expect_near(image.grad(), image_64.grad());
  expect_near(convolution->weight.grad(), weight_64.grad());
}

TEST_P(ConvolutionTest, NewWeightsCountOnceTheOldAreForgotten) {
  const torch::NoGradGuard without_gradients;
  convolution->forward(x);
  convolution->weight.mul_(2);
  convolution->prepared.forget();
  expect_near(convolution->forward(x),
              reference(x.to(torch::kDouble), convolution->weight.to(torch::kDouble)));
}

constexpr auto single = torch::kFloat, half = torch::kBFloat16;
INSTANTIATE_TEST_SUITE_P(Shapes, ConvolutionTest,
                         testing::Values(Case{1, 32, 5, 2, 32, single}, Case{16, 32, 3, 1, 8, single},
                                         Case{16, 32, 3, 2, 16, single}, Case{16, 32, 3, 2, 4, single},
                                         Case{16, 24, 3, 1, 3, single}, Case{16, 24, 3, 1, 2, single},
                                         Case{16, 24, 3, 1, 1, single}, Case{16, 24, 5, 1, 3, single},
                                         Case{16, 24, 1, 2, 4, single}, Case{1, 32, 5, 2, 32, half},
                                         Case{16, 32, 3, 1, 8, half}, Case{16, 32, 3, 2, 4, half},
                                         Case{16, 24, 3, 1, 2, half}, Case{16, 24, 3, 1, 1, half}),
                         testing::PrintToStringParamName());

TEST(FullMatrix, IsRefusedWhereTheKernelMissesAPixel) {
  EXPECT_THROW(full_matrix(torch::zeros({2, 2, 3, 3}), 3), Bug);
}

}  // namespace
}  // namespace elastem
