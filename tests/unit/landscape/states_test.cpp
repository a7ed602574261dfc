#include "landscape/states.hpp"

#include <gtest/gtest.h>

#include "drawn_values.hpp"

namespace elastem {
namespace {

constexpr double error = 6;  // Å
constexpr int most = 8;

// States at corners of a polygon, neighbours `apart` standard errors from each other, each 2 Å wide.
std::vector<NoisyValue> clusters(const std::vector<double>& shares, double apart, std::uint64_t seed,
                                 std::vector<int>* truth = nullptr, int count = 1000) {
  std::vector<NoisyValue> values;
  const auto n = static_cast<double>(shares.size());
  const double radius = shares.size() < 2 ? 0 : apart * error / (2 * std::sin(M_PI / n));
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
    double u = random.uniform();
    std::size_t s = 0;
    while (s + 1 < shares.size() && u > shares[s]) u -= shares[s++];
    const double angle = 2 * M_PI * static_cast<double>(s) / n;
    const Eigen::Vector2d at(radius * std::cos(angle) + 2 * random.normal(),
                             radius * std::sin(angle) + 2 * random.normal());
    if (truth) truth->push_back(static_cast<int>(s));
    values.push_back(noisy(at, error, random));
  }
  return values;
}

TEST(States, AreAsManyAsThereAre) {
  const std::vector<std::vector<double>> sets = {{1}, {0.7, 0.3}, {0.5, 0.3, 0.2}, {0.4, 0.3, 0.2, 0.1}};
  for (const auto& shares : sets) {
    int right = 0;
    for (std::uint64_t seed = 1; seed <= 2; ++seed)
      right += states_of(clusters(shares, 4, seed), most, 0, seed).states.size() == shares.size() ? 1 : 0;
    EXPECT_EQ(right, 2) << shares.size() << " states";
  }
}

TEST(States, HaveTheirPopulationsWithinTheirErrorsAndTheirParticles) {
  const std::vector<double> shares = {0.5, 0.3, 0.2};
  int within = 0;
  double assigned = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::vector<int> truth;
    const auto values = clusters(shares, 5, seed, &truth);
    const States found = states_of(values, most, 50, seed);
    ASSERT_EQ(found.states.size(), 3U);
    for (std::size_t s = 0; s < 3; ++s)
      within +=
          std::abs(found.states[s].population - shares[s]) < 2 * found.states[s].population_error ? 1 : 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      Eigen::Index likeliest = 0;
      found.probabilities(values[i]).maxCoeff(&likeliest);
      assigned += likeliest == truth[i] ? 1.0 / (4 * static_cast<double>(values.size())) : 0;
    }
  }
  EXPECT_GE(within, 10);  // of 12, of which 95 % are expected
  // Five standard errors apart, two neighbours: about 0.6 % are nearer to a wrong one of each.
  EXPECT_GE(assigned, 0.98);
}

TEST(States, OneBroadCloudIsOneState) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::vector<NoisyValue> values;
    for (int i = 0; i < 1000; ++i) {
      Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
      values.push_back(noisy(Eigen::Vector3d(12 * random.normal(), 12 * random.normal(), 3 * random.normal()),
                             error, random));
    }
    EXPECT_EQ(states_of(values, most, 0, seed).states.size(), 1U) << "seed " << seed;
  }
}

TEST(States, ABentBandIsOneState) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < 2000; ++i) {
    Random random(5, Stream::conformation, static_cast<std::uint64_t>(i));
    const double angle = random.uniform(0, M_PI);
    values.push_back(noisy(Eigen::Vector2d(60 * std::cos(angle), 60 * std::sin(angle)), error, random));
  }
  EXPECT_EQ(states_of(values, most, 0, 1).states.size(), 1U);
}

}  // namespace
}  // namespace elastem
