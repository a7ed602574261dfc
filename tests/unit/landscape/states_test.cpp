#include "landscape/states.hpp"

#include <gtest/gtest.h>

#include "drawn_values.hpp"

namespace elastem {
namespace {

constexpr double error = 6;  // Å
constexpr int most = 8;

// Corner s of a polygon whose neighbouring corners are `apart` standard errors from each other.
Eigen::Vector2d corner(std::size_t states, double apart, std::size_t s) {
  const auto n = static_cast<double>(states);
  const double radius = states < 2 ? 0 : apart * error / (2 * std::sin(M_PI / n));
  const double angle = 2 * M_PI * static_cast<double>(s) / n;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

// States at the corners, each 2 Å wide.
std::vector<NoisyValue> clusters(const std::vector<double>& shares, double apart, std::uint64_t seed,
                                 std::vector<int>* truth = nullptr, int count = 1000) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
    double u = random.uniform();
    std::size_t s = 0;
    while (s + 1 < shares.size() && u > shares[s]) u -= shares[s++];
    const Eigen::Vector2d at =
        corner(shares.size(), apart, s) + 2 * Eigen::Vector2d(random.normal(), random.normal());
    if (truth) truth->push_back(static_cast<int>(s));
    values.push_back(noisy(at, error, random));
  }
  return values;
}

int nearest_corner(std::size_t states, double apart, const Eigen::Vector2d& value) {
  int nearest = 0;
  for (std::size_t s = 1; s < states; ++s)
    if ((value - corner(states, apart, s)).norm() <
        (value - corner(states, apart, static_cast<std::size_t>(nearest))).norm())
      nearest = static_cast<int>(s);
  return nearest;
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
  double assigned = 0, nearest = 0;
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
      const double one = 1.0 / (4 * static_cast<double>(values.size()));
      assigned += likeliest == truth[i] ? one : 0;
      nearest += nearest_corner(3, 5, values[i].value) == truth[i] ? one : 0;
    }
  }
  EXPECT_GE(within, 10);  // of 12, of which 95 % are expected
  // As many as by the true centres, whose nearest one is the right one of some 98 %.
  EXPECT_GE(assigned, nearest - 0.005);
  EXPECT_GE(nearest, 0.97);
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
