#include "learning/group_norm.hpp"

#include <limits>
#include <ostream>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using torch::Tensor;

constexpr double single = std::numeric_limits<float>::epsilon();

struct Shape {
  std::int64_t images, channels, groups, side;
};

struct Case {
  Shape shape;
  torch::ScalarType type;
  bool residual;
};

/// For the names of tests.
void PrintTo(const Case& c, std::ostream* out) {
  const Shape& s = c.shape;
  *out << s.images << 'x' << s.channels << 'x' << s.side << 'x' << s.side << "_in_" << s.groups << "_groups"
       << (c.type == torch::kFloat ? "_float32" : "_bfloat16") << (c.residual ? "_residual" : "");
}

/// The arguments of norm_relu, or what belongs to each of them.
struct Arguments {
  Tensor x, gamma, beta, residual;
};

/// Relative rounding of a stored value: 24 and 8 significant bits.
double rounding(torch::ScalarType type) {
  return type == torch::kBFloat16 ? 1.0 / 256 : single / 2;
}

double largest(const Tensor& values) {
  return values.abs().max().item<double>();
}

Arguments drawn(const Case& c) {
  torch::manual_seed(c.shape.images + 10 * c.shape.channels + 1000 * c.shape.side);
  const Shape& s = c.shape;
  const auto image = [&] {
    // An offset of a quarter of a standard deviation, and a spread that is not 1.
    return (2 * torch::randn({s.images, s.channels, s.side, s.side}) + 0.5)
        .to(c.type)
        .contiguous(torch::MemoryFormat::ChannelsLast);
  };
  return {image(), 1 + 0.3 * torch::randn({s.channels}), 0.3 * torch::randn({s.channels}),
          c.residual ? image() : Tensor()};
}

/// Copies of a type that gradients are computed for.
Arguments leaves(const Arguments& a, torch::ScalarType images, torch::ScalarType weights) {
  const auto leaf = [](const Tensor& tensor, torch::ScalarType type) {
    return tensor.defined() ? tensor.detach().clone().to(type).requires_grad_() : Tensor();
  };
  return {leaf(a.x, images), leaf(a.gamma, weights), leaf(a.beta, weights), leaf(a.residual, images)};
}

class NormReluOf : public testing::TestWithParam<Case> {};

TEST_P(NormReluOf, IsWhatThreeOperationsInDoublePrecisionGive) {
  const Case& c = GetParam();
  const Arguments given = drawn(c);
  const Arguments own = leaves(given, c.type, torch::kFloat),
                  exact = leaves(given, torch::kDouble, torch::kDouble);
  Tensor sum = torch::group_norm(exact.x, c.shape.groups, exact.gamma, exact.beta, 1e-5);
  if (c.residual) sum = sum + exact.residual;
  const Tensor expected = torch::relu(sum);
  const Tensor result = norm_relu(own.x, own.gamma, own.beta, c.shape.groups, own.residual);
  ASSERT_EQ(result.scalar_type(), c.type);
  ASSERT_TRUE(result.is_contiguous(torch::MemoryFormat::ChannelsLast));
  // A stored value is rounded; before it, a few dozen operations in float32 were.
  const double off = rounding(c.type) + 50 * single;
  EXPECT_LT(largest(result.to(torch::kDouble) - expected), off * largest(expected));

  // Where the sum is nearly 0 the two may disagree on which side of the kink they are: no gradient comes
  // there.
  const Tensor gradient =
      (torch::randn_like(expected) * (sum.detach().abs() > 1e-3)).to(c.type).to(torch::kDouble);
  expected.backward(gradient);
  result.backward(gradient.to(c.type));
  const auto difference = [](const Tensor& a, const Tensor& b) {
    return largest(a.grad().to(torch::kDouble) - b.grad());
  };
  EXPECT_LT(difference(own.x, exact.x), off * largest(exact.x.grad()));
  // Sums over images and pixels in float32: what is added up there, times a rounding for each of a few steps.
  const Tensor passed = (gradient * (expected > 0)).abs();
  const Tensor normalised = ((sum - (c.residual ? exact.residual : torch::zeros_like(sum))).detach() -
                             exact.beta.detach().view({1, -1, 1, 1})) /
                            exact.gamma.detach().view({1, -1, 1, 1});
  EXPECT_LT(difference(own.beta, exact.beta), 10 * single * largest(passed.sum({0, 2, 3})));
  EXPECT_LT(difference(own.gamma, exact.gamma),
            10 * single * largest((passed * (1 + normalised.abs())).sum({0, 2, 3})));
  if (c.residual) {
    EXPECT_EQ(difference(own.residual, exact.residual), 0);
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Shape& shape :
       {Shape{1, 8, 8, 2}, Shape{1, 16, 8, 5}, Shape{7, 32, 8, 8}, Shape{3, 24, 3, 1}, Shape{5, 12, 1, 16}})
    for (const torch::ScalarType type : {torch::kFloat, torch::kBFloat16})
      for (const bool residual : {false, true}) all.push_back({shape, type, residual});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Shapes, NormReluOf, testing::ValuesIn(cases()));

TEST(NormRelu, TakesAnyOrderOfMemory) {
  const Arguments given = drawn({{3, 16, 8, 6}, torch::kFloat, true});
  const Tensor expected = norm_relu(given.x, given.gamma, given.beta, 8, given.residual);
  const Tensor result =
      norm_relu(given.x.contiguous(), given.gamma, given.beta, 8, given.residual.contiguous());
  EXPECT_TRUE(torch::equal(expected, result));
}

TEST(NormRelu, AnswersAnImageWhateverItsBatch) {
  const Arguments given = drawn({{6, 16, 8, 4}, torch::kFloat, true});
  const Tensor all = norm_relu(given.x, given.gamma, given.beta, 8, given.residual);
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_TRUE(torch::equal(all.narrow(0, i, 1), norm_relu(given.x.narrow(0, i, 1), given.gamma, given.beta,
                                                            8, given.residual.narrow(0, i, 1))));
}

TEST(NormRelu, KeepsItsDigitsWhereTheMeanIsFarFromZero) {
  constexpr double mean = 1000, sd = 1;
  const Arguments given = drawn({{3, 16, 8, 12}, torch::kFloat, false});
  const Tensor x = (mean + sd * given.x / 2).contiguous(torch::MemoryFormat::ChannelsLast);
  const Tensor expected = torch::relu(torch::group_norm(
      x.to(torch::kDouble), 8, given.gamma.to(torch::kDouble), given.beta.to(torch::kDouble), 1e-5));
  const Tensor result = norm_relu(x, given.gamma, given.beta, 8, {});
  // What rounding the mean and a product of that size costs, in standard deviations; squares would cost
  // mean².
  EXPECT_LT(largest(result.to(torch::kDouble) - expected), 4 * single * mean / sd * largest(expected));
}

TEST(NormRelu, NeitherResultNorGradientHidesANan) {
  for (const auto type : {torch::kFloat, torch::kBFloat16})
    for (const bool residual : {false, true}) {
      const Arguments given = drawn({{2, 16, 8, 3}, type, residual});
      given.x[1][5][2][0] = std::numeric_limits<double>::quiet_NaN();
      const Arguments own = leaves(given, type, torch::kFloat);
      const Tensor result = norm_relu(own.x, own.gamma, own.beta, 8, own.residual);
      EXPECT_TRUE(torch::equal(
          result.isnan(), composed_norm_relu(given.x, given.gamma, given.beta, 8, given.residual).isnan()));
      EXPECT_TRUE(result[1].isnan().any().item<bool>());
      EXPECT_FALSE(result[0].isnan().any().item<bool>());
      result.sum().backward();
      EXPECT_TRUE(own.x.grad()[1].isnan().any().item<bool>());
    }
}

TEST(NormRelu, RefusesGroupsThatDoNotDivideTheChannels) {
  const Arguments given = drawn({{1, 12, 3, 2}, torch::kFloat, false});
  EXPECT_THROW(norm_relu(given.x, given.gamma, given.beta, 8, {}), Bug);
}

}  // namespace
}  // namespace elastem
