#include "learning/adam.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr float single = std::numeric_limits<float>::epsilon();

TEST(Adam, FirstStepIsTheRateAgainstTheSignOfTheGradient) {
  Adam adam(3);
  std::vector<float> weights = {1, 2, 3};
  const std::vector<float> gradient = {0.5F, -0.25F, 0};
  const double norm = adam.step(weights, gradient, 0.01, 10);
  EXPECT_NEAR(norm, std::sqrt(0.3125), 1e-15);
  // m̂/√v̂ is ±1 but for the 10⁻⁸ in the denominator.
  EXPECT_NEAR(weights[0], 1 - 0.01, 8 * single);
  EXPECT_NEAR(weights[1], 2 + 0.01, 8 * single);
  EXPECT_EQ(weights[2], 3);
  EXPECT_EQ(adam.steps, 1);
}

TEST(Adam, SecondStepFollowsTheFormula) {
  Adam adam(1);
  std::vector<float> weights = {0};
  adam.step(weights, std::vector<float>{1.0F}, 0.1, 10);
  adam.step(weights, std::vector<float>{-0.5F}, 0.1, 10);
  const double m = (0.9 * 0.1 - 0.1 * 0.5) / (1 - 0.81);
  const double v = (0.999 * 0.001 + 0.001 * 0.25) / (1 - 0.998001);
  EXPECT_NEAR(weights[0], -0.1 - 0.1 * m / std::sqrt(v), 1e3 * single * 0.1);  // 1 − β₂² loses three digits
}

TEST(Adam, ClipsALongGradient) {
  Adam adam(2);
  std::vector<float> weights = {0, 0};
  EXPECT_NEAR(adam.step(weights, std::vector<float>{30, 40}, 0.1, 5), 50, 1e-12);
  EXPECT_NEAR(adam.mean[0], 0.1 * 3, 8 * single);
  EXPECT_NEAR(adam.mean[1], 0.1 * 4, 8 * single);
}

TEST(Adam, RefusesAGradientThatIsNotFinite) {
  Adam adam(1);
  std::vector<float> weights = {0};
  const std::vector<float> gradient = {std::numeric_limits<float>::quiet_NaN()};
  try {
    adam.step(weights, gradient, 0.1, 5);
    FAIL() << "a NaN was taken for a gradient";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--learning-rate"), std::string::npos);
  }
  EXPECT_EQ(weights[0], 0);
}

}  // namespace
}  // namespace elastem
