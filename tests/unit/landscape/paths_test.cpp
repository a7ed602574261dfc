#include "landscape/paths.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "drawn_values.hpp"

namespace elastem {
namespace {

constexpr double error = 3;  // Å

// Two wells at (±30, 0) that are joined along y = 15·(1 − (x/30)²) by a ridge of particles of the share
// `bridge`.
std::vector<NoisyValue> bent(double bridge, int count = 2000) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < count; ++i) {
    Random random(1, Stream::conformation, static_cast<std::uint64_t>(i));
    Eigen::Vector2d at(random.uniform() < 0.6 ? -30 : 30, 0);
    if (random.uniform() < bridge) {
      at.x() = random.uniform(-30, 30);
      at.y() = 15 * (1 - std::pow(at.x() / 30, 2));
    }
    values.push_back(noisy(at + 2 * Eigen::Vector2d(random.normal(), random.normal()), error, random));
  }
  return values;
}

TEST(StatePaths, FollowTheParticlesAndNotTheStraightLine) {
  const auto values = bent(0.15);
  const States states = states_of(values, 8, 0, 1);
  ASSERT_EQ(states.states.size(), 2U);
  const auto paths = paths_between(states, values, 21, 0, 1);
  ASSERT_EQ(paths.size(), 1U);
  const StatePath& path = paths[0];
  ASSERT_EQ(path.points.size(), 21U);
  EXPECT_NEAR(path.points.front()[0], -30, error);  // the most populated first
  EXPECT_NEAR(path.points.back()[0], 30, error);
  for (const Coordinates& at : path.points)
    EXPECT_LT(std::abs(at[1] - 15 * std::max(0.0, 1 - std::pow(at[0] / 30, 2))), 1.5 * error)
        << at.transpose();
  const double step = (path.points[1] - path.points[0]).norm();
  for (std::size_t i = 1; i < path.points.size(); ++i)
    EXPECT_NEAR((path.points[i] - path.points[i - 1]).norm(), step, 0.1 * step);
}

TEST(StatePaths, HaveTheBarrierOfTheTruth) {
  // −ln p of U = 3((x/a)² − 1)² + 0.39·x/a along x, a = 30 Å: 3.40 kT from the left well, 2.62 from the
  // right.
  constexpr double a = 30;
  const auto energy = [](double x) { return 3 * std::pow(x * x / (a * a) - 1, 2) + 0.39 * x / a; };
  std::vector<NoisyValue> values;
  for (std::uint64_t i = 0; values.size() < 4000; ++i) {
    Random random(2, Stream::conformation, i);
    const double x = random.uniform(-60, 60);
    if (random.uniform() > std::exp(-energy(x) - 0.4)) continue;
    values.push_back(noisy(Eigen::Vector2d(x, 8 * random.normal()), error, random));
  }
  const States states = states_of(values, 8, 0, 1);
  ASSERT_EQ(states.states.size(), 2U);
  const auto paths = paths_between(states, values, 41, 20, 1);
  ASSERT_EQ(paths.size(), 1U);
  EXPECT_LT(paths[0].points.front()[0], 0);
  EXPECT_NEAR(paths[0].barrier, 3.40, 0.5);
  EXPECT_NEAR(paths[0].barrier_back, 2.62, 0.5);
  ASSERT_EQ(paths[0].low.size(), 41U);
  for (std::size_t i = 0; i < 41; ++i) EXPECT_LE(paths[0].low[i], paths[0].high[i]);
}

TEST(StatePaths, DoNotLeadThroughAGap) {
  const auto values = bent(0);
  const States states = states_of(values, 8, 0, 1);
  ASSERT_EQ(states.states.size(), 2U);
  EXPECT_TRUE(paths_between(states, values, 10, 0, 1).empty());
}

TEST(StatePaths, JoinStatesByTheLowestBarriers) {
  // Three wells in a row: the ways 1–2 and 2–3, none past the middle.
  std::vector<NoisyValue> values;
  for (int i = 0; i < 3000; ++i) {
    Random random(3, Stream::conformation, static_cast<std::uint64_t>(i));
    const double u = random.uniform();
    const double x = u < 0.15 ? random.uniform(-50, 50)
                              : (u < 0.6    ? -50
                                 : u < 0.85 ? 0
                                            : 50) +
                                    3 * random.normal();
    values.push_back(noisy(Eigen::Vector2d(x, 3 * random.normal()), error, random));
  }
  const States states = states_of(values, 8, 0, 1);
  ASSERT_EQ(states.states.size(), 3U);
  const auto paths = paths_between(states, values, 10, 0, 1);
  ASSERT_EQ(paths.size(), 2U);
  for (const StatePath& path : paths)
    EXPECT_NEAR((path.points.front() - path.points.back()).norm(), 50, 2 * error);
}

}  // namespace
}  // namespace elastem
