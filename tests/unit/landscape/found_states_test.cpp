#include "landscape/found_states.hpp"

#include <numbers>

#include <gtest/gtest.h>

#include "drawn_values.hpp"
#include "landscape/image_groups.hpp"

namespace elastem {
namespace {

constexpr double error = 15;  // Å
constexpr int most = 8, count = 200;

// A helix, which has no barrier.
std::vector<NoisyValue> helix(std::uint64_t seed) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
    const double turn = random.uniform(0, 2 * std::numbers::pi);
    const Eigen::Vector3d at(std::cos(turn), std::sin(turn), turn / std::numbers::pi - 1);
    values.push_back(noisy(70 * at, error, random));
  }
  return values;
}

// Two wells, `apart` errors from each other, with 6 % of the values anywhere between them.
std::vector<NoisyValue> wells(double apart, std::uint64_t seed) {
  std::vector<NoisyValue> values;
  for (int i = 0; i < count; ++i) {
    Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
    const double half = apart * error / 2;
    double x = random.uniform() < 0.65 ? -half : half;
    if (random.uniform() < 0.06) x = random.uniform(-half, half);
    values.push_back(noisy(Eigen::Vector2d(x + 3 * random.normal(), 7 * random.normal()), error, random));
  }
  return values;
}

TEST(FoundStates, AHelixOfFewValuesIsOneStateWhateverTheSeed) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    EXPECT_EQ(states_and_paths(helix(seed), most, 10, 0, seed).states.states.size(), 1U) << "set " << seed;
    std::vector<NoisyValue> values = helix(1);
    EXPECT_EQ(states_and_paths(values, most, 10, 0, seed).states.states.size(), 1U) << "seed " << seed;
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(7 * seed));
    EXPECT_EQ(states_and_paths(values, most, 10, 0, 1).states.states.size(), 1U) << "less one " << seed;
  }
}

TEST(FoundStates, NoWayHasABarrierBelowTheOneThatPartsStates) {
  int ways = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    for (const auto& values : {wells(5, seed), wells(3, seed), helix(seed)}) {
      const FoundStates found = states_and_paths(values, most, 10, 0, seed);
      ways += static_cast<int>(found.paths.size());
      double population = 0;
      for (const State& state : found.states.states) population += state.population;
      EXPECT_NEAR(population, 1, 1e-9);
      for (const StatePath& path : found.paths)
        EXPECT_GE(std::min(path.barrier, path.barrier_back), least_barrier) << path.start << " " << path.end;
    }
  EXPECT_GT(ways, 0);
}

TEST(FoundStates, DrawnSetsTellHowSureTheNumberIs) {
  int alike = 0;
  for (int r = 0; r < 4; ++r) alike += states_in_drawn_set(wells(8, 1), most, 1, r) == 2 ? 1 : 0;
  EXPECT_EQ(alike, 4);
}

TEST(FoundStates, StatesThatAreJoinedHaveTheParticlesOfBoth) {
  States states;
  for (const double population : {0.5, 0.3, 0.2}) {
    State& state = states.states.emplace_back();
    state.population = population;
    state.components = {states.states.size() - 1};
    state.centre = Coordinates::Constant(1, 10 * population);
  }
  join_states(states, 2, 1);
  ASSERT_EQ(states.states.size(), 2U);
  EXPECT_EQ(states.states[0].population, 0.5);
  EXPECT_EQ(states.states[1].population, 0.5);
  EXPECT_EQ(states.states[1].components, (std::vector<std::size_t>{1, 2}));
  EXPECT_NEAR(states.states[1].centre[0], (0.3 * 3 + 0.2 * 2) / 0.5, 1e-12);
}

TEST(ImageGroups, CopiesAreDrawnTogether) {
  std::vector<NoisyValue> values(6, {Coordinates::Zero(1), CoordinateMatrix::Identity(1, 1)});
  EXPECT_TRUE(ImageGroups(values).plain());
  for (std::size_t i = 0; i < 6; ++i) values[i].image = 1 + i / 2;
  values[5].weight = 0.5;
  const ImageGroups groups(values);
  EXPECT_FALSE(groups.plain());
  EXPECT_EQ(groups.count(), 3U);
  Random random(1, Stream::split, 0);
  const Eigen::VectorXd drawn = groups.drawn(random);
  EXPECT_EQ(drawn[0], drawn[1]);
  EXPECT_EQ(drawn[2], drawn[3]);
  EXPECT_EQ(drawn[5], drawn[4] / 2);
  EXPECT_EQ(drawn[0] + drawn[2] + drawn[4], 3);
}

// Copies of values say nothing new: errors are those of the images, not smaller by √2.
TEST(ImageGroups, CopiesDoNotMakePopulationsSurer) {
  const std::vector<NoisyValue> once = wells(6, 2);
  std::vector<NoisyValue> twice, taken_as_others;
  for (std::size_t i = 0; i < once.size(); ++i)
    for (int copy = 0; copy < 2; ++copy) {
      twice.push_back(once[i]);
      twice.back().image = i + 1;
      taken_as_others.push_back(once[i]);
    }
  States states = states_of(once, most, 0, 1);
  ASSERT_EQ(states.states.size(), 2U);
  const auto error_of_population = [&](const std::vector<NoisyValue>& values) {
    find_population_errors(states, values, 200, 1);
    return states.states[0].population_error;
  };
  const double alone = error_of_population(once);
  // 200 replicates tell a standard deviation to 1/√400 = 5 %.
  EXPECT_NEAR(error_of_population(twice), alone, 4 * 0.05 * alone);
  EXPECT_NEAR(error_of_population(taken_as_others), alone / std::sqrt(2), 4 * 0.05 * alone);
}

}  // namespace
}  // namespace elastem
