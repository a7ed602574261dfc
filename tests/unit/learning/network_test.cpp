#include "learning/network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "learning/adam.hpp"
#include "learning/label.hpp"
#include "learning/schedule.hpp"
#include "small_model.hpp"

namespace elastem {
namespace {

constexpr std::size_t pixels = 32 * 32;
constexpr std::size_t columns = target_count(2);
constexpr float single = std::numeric_limits<float>::epsilon();
const LabelScaling scaling{{0, 0}, {5, 5}, 4};

struct Data {
  std::vector<float> inputs, targets;
};

Data random_data(std::size_t n) {
  Data data;
  Random random(8, Stream::noise, n);
  for (std::size_t i = 0; i < n * pixels; ++i) data.inputs.push_back(static_cast<float>(random.normal()));
  data.targets.resize(n * columns);
  for (std::size_t i = 0; i < n; ++i)
    encode_label(test::random_label(i), scaling, {data.targets.data() + i * columns, columns});
  return data;
}

TEST(Network, EqualSeedsGiveEqualWeights) {
  const Network a({"tiny", 2}, 5), b({"tiny", 2}, 5), c({"tiny", 2}, 6);
  EXPECT_TRUE(std::equal(a.weights().begin(), a.weights().end(), b.weights().begin()));
  EXPECT_FALSE(std::equal(a.weights().begin(), a.weights().end(), c.weights().begin()));
}

TEST(Network, ComputesWithTheWeightsThatAreSet) {
  Network a({"tiny", 2}, 5), b({"tiny", 2}, 6);
  const Data data = random_data(2);
  EXPECT_NE(a.predict(data.inputs), b.predict(data.inputs));
  std::copy(a.weights().begin(), a.weights().end(), b.weights().begin());
  EXPECT_EQ(a.predict(data.inputs), b.predict(data.inputs));
}

TEST(Network, AnswersAreRotationsAndAMixture) {
  Network network({"tiny", 2}, 5);
  const std::vector<float> output = network.predict(random_data(1).inputs);
  ASSERT_EQ(output.size(), output_count(2));
  double weight = 0;
  for (std::size_t m = 0; m < component_count; ++m) {
    const float* at = output.data() + 8 + 11 * m;
    const Eigen::Map<const Eigen::Matrix<float, 3, 3, Eigen::RowMajor>> r(at);
    EXPECT_LT((r * r.transpose() - Eigen::Matrix3f::Identity()).norm(), 100 * single);
    EXPECT_NEAR(r.determinant(), 1, 100 * single);
    EXPECT_GT(at[10], 0);
    weight += at[9];
  }
  EXPECT_NEAR(weight, 1, 100 * single);
}

TEST(Network, AnswersOfAnImageDoNotDependOnItsPlaceInABatch) {
  Network network({"tiny", 2}, 5);
  Data data = random_data(8);
  const std::vector<float> forward = network.predict(data.inputs);
  std::vector<float> reversed;
  for (std::size_t i = 8; i-- > 0;)
    reversed.insert(reversed.end(), data.inputs.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                    data.inputs.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels));
  const std::vector<float> backward = network.predict(reversed);
  const std::size_t outputs = network.output_count();
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < outputs; ++j)
      EXPECT_NEAR(forward[i * outputs + j], backward[(7 - i) * outputs + j], 1e3 * single);  // order of sums
  EXPECT_EQ(forward, network.predict(data.inputs));  // and the same question has the same answer
}

/// An output that says exactly what the target says, with all weight on one component.
std::vector<float> right_answer(const std::vector<float>& target, float concentration) {
  std::vector<float> output(output_count(2), 0.0F);
  std::copy_n(target.begin(), 2, output.begin());
  std::copy_n(target.begin() + 14, 2, output.begin() + 4);
  for (const std::size_t expected : {2UL, 3UL, 6UL, 7UL}) output[expected] = 1;
  for (std::size_t m = 0; m < component_count; ++m) {
    std::copy_n(target.begin() + 4, 9, output.begin() + 8 + static_cast<std::ptrdiff_t>(11 * m));
    output[8 + 11 * m + 9] = m == 0 ? 1.0F : 0.0F;
    output[8 + 11 * m + 10] = concentration;
  }
  return output;
}

TEST(Loss, AtTheTruthIsMinusAQuarterOfTheLogOfThePeak) {
  const Network network({"tiny", 2}, 5);
  const Data data = random_data(1);
  for (const float concentration : {0.05F, 1.0F, 20.0F, 100.0F}) {
    const LossSums sums = network.loss(right_answer(data.targets, concentration), data.targets);
    // 1 − I₁/I₀ is about 1/4κ: its single-precision value keeps 24 bits less those.
    const double tolerance = 40 * single * (1 + 4 * concentration);
    EXPECT_NEAR(sums.loss, -0.25 * log_peak_density(concentration), tolerance) << concentration;
    EXPECT_NEAR(sums.amplitude, 0, single);
    EXPECT_NEAR(sums.shift, 0, single);
    EXPECT_NEAR(sums.angle, 0, std::sqrt(10 * single) * 60);  // acos near 1, in degrees
  }
}

TEST(Loss, CountsAmplitudesShiftsAndAngles) {
  const Network network({"tiny", 2}, 5);
  const Data data = random_data(1);
  std::vector<float> output = right_answer(data.targets, 1.0F);
  const double before = network.loss(output, data.targets).loss;
  output[0] += 2;      // Huber of width 0.1: 2 − 0.05, half of it for two amplitudes
  output[4] -= 0.05F;  // 0.05²/0.2, half of it for two coordinates
  const LossSums sums = network.loss(output, data.targets);
  // A tenth of the deviation over the expected one, 1, comes on top.
  EXPECT_NEAR(sums.loss - before, (1.95 + 0.0125 + 0.1 * (2 + 0.05)) / 2, 100 * single);
  EXPECT_NEAR(sums.amplitude, 1, 10 * single);
  EXPECT_NEAR(sums.shift, 0.025, 10 * single);
}

TEST(Network, GradientAgreesWithDifferences) {
  Network network({"tiny", 2}, 5);
  const Data data = random_data(3);
  network.accumulate(data.inputs, data.targets);
  const std::vector<float> gradient(network.gradient().begin(), network.gradient().end());
  // The expected errors learn from deviations that they are not to pull at: these stay as they are here.
  const std::vector<float> start = network.predict(data.inputs);
  const auto loss = [&] {
    const std::vector<float> output = network.predict(data.inputs);
    double sum = network.loss(output, data.targets).loss;
    for (std::size_t i = 0; i < 3; ++i)
      for (const auto& [value, expected, target] :
           {std::array{0UL, 2UL, 0UL}, {1UL, 3UL, 1UL}, {4UL, 6UL, 14UL}, {5UL, 7UL, 15UL}}) {
        const std::size_t at = i * network.output_count();
        const auto deviation = [&](const std::vector<float>& of) {
          return std::abs(static_cast<double>(of[at + value]) -
                          static_cast<double>(data.targets[i * columns + target]));
        };
        sum -= 0.1 / 2 * (deviation(output) - deviation(start)) / static_cast<double>(output[at + expected]);
      }
    return sum;
  };
  // Along the gradient itself the difference is largest against float rounding of the loss.
  double square = 0;
  for (const float g : gradient) square += static_cast<double>(g) * g;
  const double step = 1e-3 / std::sqrt(square);
  const auto move = [&](double factor) {
    for (std::size_t i = 0; i < gradient.size(); ++i)
      network.weights()[i] += static_cast<float>(factor * step * gradient[i]);
  };
  move(1);
  const double above = loss();
  move(-2);
  const double below = loss();
  // A step of 10⁻³ along the gradient: kinks of ReLU and Huber and the third order stay below a hundredth.
  EXPECT_NEAR((above - below) / (2 * step), square, 0.02 * square);
}

TEST(Network, GradientOfABatchIsTheSumOfThoseOfItsImages) {
  Network network({"tiny", 2}, 5);
  const Data data = random_data(3);
  network.accumulate(data.inputs, data.targets);
  const std::vector<float> together(network.gradient().begin(), network.gradient().end());
  std::vector<double> sum(together.size(), 0.0);
  double scale = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    network.accumulate({data.inputs.data() + i * pixels, pixels},
                       {data.targets.data() + i * columns, columns});
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += static_cast<double>(network.gradient()[j]);
  }
  for (const double g : sum) scale = std::max(scale, std::abs(g));
  // Sums over some 2¹² terms of float32, in another order.
  for (std::size_t j = 0; j < sum.size(); ++j) ASSERT_NEAR(together[j], sum[j], 64 * single * scale);
}

TEST(Network, NoImagesGiveNoGradient) {
  Network network({"tiny", 2}, 5);
  const Data data = random_data(1);
  network.accumulate(data.inputs, data.targets);
  EXPECT_EQ(network.accumulate({}, {}).images, 0);
  for (const float g : network.gradient()) ASSERT_EQ(g, 0);
}

TEST(Network, LearnsSixteenImagesByHeart) {
  prepare_torch(1);
  Network network({"tiny", 2}, 5);
  Adam adam(network.weights().size());
  const Data data = random_data(16);
  const LossSums first = network.accumulate(data.inputs, data.targets);
  constexpr int steps = 200;
  const Schedule schedule{ScheduleKind::cosine, 2e-3, 10};
  for (int step = 0; step < steps; ++step) {
    network.accumulate(data.inputs, data.targets);
    for (float& g : network.gradient()) g /= 16;
    adam.step(network.weights(), network.gradient(), schedule.rate(step, static_cast<double>(step) / steps),
              1);
  }
  const LossSums last = network.loss(network.predict(data.inputs), data.targets);
  EXPECT_LT(last.amplitude, first.amplitude / 5);
  EXPECT_LT(last.shift, first.shift / 4);
  EXPECT_LT(last.angle, first.angle / 3);
}

TEST(Network, NamesTheArchitecturesThereAre) {
  try {
    Network({"tin", 2}, 1);
    FAIL() << "an unknown architecture was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean tiny"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace elastem
