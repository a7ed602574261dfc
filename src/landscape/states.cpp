#include "landscape/states.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "core/random.hpp"
#include "landscape/image_groups.hpp"

namespace elastem {

namespace {

constexpr int steps = 32;

// The lowest density between two components, on the line x(a) = (aP + bQ)⁻¹(aP·m + bQ·n), a + b = 1, P and Q
// their precisions, which holds all stationary points of the two.
double lowest_between(const ErrorMixture& mixture, std::size_t one, std::size_t other) {
  const CoordinateMatrix p = mixture.covariances[one].inverse(), q = mixture.covariances[other].inverse();
  double lowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= steps; ++i) {
    const double b = static_cast<double>(i) / steps, a = 1 - b;
    const Coordinates at = CoordinateMatrix(a * p + b * q)
                               .llt()
                               .solve(a * p * mixture.means[one] + b * q * mixture.means[other]);
    lowest = std::min(lowest, mixture.log_density(at));
  }
  return lowest;
}

// The component that stands for each one's state: from the highest saddle down, two groups become one unless
// both rise above it by the barrier.
std::vector<std::size_t> joined(const ErrorMixture& mixture) {
  struct Saddle {
    double height;
    std::size_t one, other;
  };
  const std::size_t n = mixture.size();
  std::vector<Saddle> saddles;
  std::vector<double> height;  // of the group that a component leads
  for (std::size_t i = 0; i < n; ++i) {
    height.push_back(mixture.log_density(mixture.means[i]));
    for (std::size_t j = 0; j < i; ++j) saddles.push_back({lowest_between(mixture, j, i), j, i});
  }
  std::ranges::stable_sort(saddles, std::greater(), &Saddle::height);
  std::vector<std::size_t> leader(n);
  std::iota(leader.begin(), leader.end(), std::size_t{0});
  for (const Saddle& saddle : saddles) {
    const std::size_t a = leader[saddle.one], b = leader[saddle.other];
    if (a == b || std::min(height[a], height[b]) - saddle.height > least_barrier) continue;
    height[a] = std::max(height[a], height[b]);
    std::ranges::replace(leader, b, a);
  }
  return leader;
}

std::vector<State> states_in(const ErrorMixture& mixture, std::span<const NoisyValue> values) {
  constexpr double fewest = 10, least_share = 0.01;  // particles; of all: a few wrong ones are no state
  const std::vector<std::size_t> leader = joined(as_seen(mixture, values));
  std::vector<State> states;
  for (std::size_t l = 0; l < mixture.size(); ++l) {
    State state;
    state.centre = Coordinates::Zero(mixture.means[0].size());
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      if (leader[c] != l) continue;
      state.components.push_back(c);
      state.population += mixture.weights[c];
      state.centre += mixture.weights[c] * mixture.means[c];
    }
    state.centre /= std::max(state.population, 1e-300);
    if (state.population > std::max(least_share, fewest / static_cast<double>(values.size())))
      states.push_back(std::move(state));
  }
  double all = 0;
  for (const State& state : states) all += state.population;
  for (State& state : states) state.population /= all;
  std::ranges::stable_sort(states, std::greater(), &State::population);
  return states;
}

// Of each value (a column) the likelihoods of the components and of being wrong, but for a factor of its own.
Eigen::MatrixXd likelihood_ratios(const ErrorMixture& mixture, std::span<const NoisyValue> values) {
  const auto n = static_cast<Eigen::Index>(mixture.size());
  Eigen::MatrixXd ratios(n + 1, static_cast<Eigen::Index>(values.size()));
  Eigen::VectorXd probabilities;
  for (std::size_t i = 0; i < values.size(); ++i) {
    mixture.log_likelihood(values[i], probabilities);
    auto column = ratios.col(static_cast<Eigen::Index>(i));
    for (Eigen::Index c = 0; c < n; ++c)
      column[c] = probabilities[c] /
                  std::max((1 - mixture.wrong_share) * mixture.weights[static_cast<std::size_t>(c)], 1e-12);
    column[n] = std::max(0.0, 1 - probabilities.sum()) / std::max(mixture.wrong_share, 1e-12);
  }
  return ratios;
}

// The components' weights, sum 1, learnt again from values that are drawn with replacement.
Eigen::VectorXd drawn_weights(const ErrorMixture& mixture, const Eigen::MatrixXd& ratios,
                              const ImageGroups& groups, std::uint64_t seed, int replicate) {
  constexpr int iterations = 40;
  Random random(seed, Stream::split, static_cast<std::uint64_t>(replicate));
  const Eigen::VectorXd counts = groups.drawn(random);
  const Eigen::Index n = ratios.rows() - 1;
  Eigen::VectorXd weights(n + 1);
  for (Eigen::Index c = 0; c < n; ++c)
    weights[c] = (1 - mixture.wrong_share) * mixture.weights[static_cast<std::size_t>(c)];
  weights[n] = mixture.wrong_share;
  for (int i = 0; i < iterations; ++i) {
    const Eigen::VectorXd each = counts.cwiseQuotient((ratios.transpose() * weights).cwiseMax(1e-300));
    weights = weights.cwiseProduct(ratios * each) / counts.sum();
  }
  return weights.head(n) / std::max(weights.head(n).sum(), 1e-300);
}

}  // namespace

ErrorMixture as_seen(ErrorMixture mixture, std::span<const NoisyValue> values) {
  CoordinateMatrix error = CoordinateMatrix::Zero(mixture.means[0].size(), mixture.means[0].size());
  double total = 0;
  for (const auto& value : values) total += value.weight;
  for (const auto& value : values) error += value.weight * value.covariance / total;
  for (std::size_t c = 0; c < mixture.size(); ++c) {
    const double members = std::max(mixture.weights[c] * total, 1.0);
    mixture.covariances[c] += 3 * std::sqrt(2 / members) * error;
  }
  return mixture;
}

Eigen::VectorXd States::probabilities(const NoisyValue& value) const {
  Eigen::VectorXd of_components;
  mixture.log_likelihood(value, of_components);
  Eigen::VectorXd answer = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(states.size()));
  for (std::size_t s = 0; s < states.size(); ++s)
    for (const std::size_t c : states[s].components)
      answer[static_cast<Eigen::Index>(s)] += of_components[static_cast<Eigen::Index>(c)];
  return answer;
}

States states_of(std::span<const NoisyValue> values, int most, int replicates, std::uint64_t seed) {
  States found;
  found.mixture = error_mixture(values, component_count(values, most, seed), seed);
  found.states = states_in(found.mixture, values);
  if (replicates > 1) find_population_errors(found, values, replicates, seed);
  return found;
}

void join_states(States& found, std::size_t one, std::size_t other) {
  State &kept = found.states[std::min(one, other)], &gone = found.states[std::max(one, other)];
  const double population = kept.population + gone.population;
  kept.centre = (kept.population * kept.centre + gone.population * gone.centre) / population;
  kept.population = population;
  kept.population_error = 0;
  kept.components.insert(kept.components.end(), gone.components.begin(), gone.components.end());
  std::ranges::sort(kept.components);
  found.states.erase(found.states.begin() + static_cast<std::ptrdiff_t>(std::max(one, other)));
  std::ranges::stable_sort(found.states, std::greater(), &State::population);
}

void find_population_errors(States& found, std::span<const NoisyValue> values, int replicates,
                            std::uint64_t seed) {
  const ImageGroups groups(values);
  const Eigen::MatrixXd ratios = likelihood_ratios(found.mixture, values);
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(found.states.size())),
                  squares = sums;
  for (int r = 0; r < replicates; ++r) {
    const Eigen::VectorXd weights = drawn_weights(found.mixture, ratios, groups, seed, r);
    Eigen::VectorXd drawn = Eigen::VectorXd::Zero(sums.size());
    for (Eigen::Index s = 0; s < sums.size(); ++s)
      for (const std::size_t c : found.states[static_cast<std::size_t>(s)].components)
        drawn[s] += weights[static_cast<Eigen::Index>(c)];
    drawn /= std::max(drawn.sum(), 1e-300);
    sums += drawn;
    squares += drawn.cwiseProduct(drawn);
  }
  for (std::size_t s = 0; s < found.states.size(); ++s) {
    const auto at = static_cast<Eigen::Index>(s);
    const double mean = sums[at] / replicates;
    found.states[s].population_error = std::sqrt(std::max(squares[at] / replicates - mean * mean, 0.0));
  }
}

}  // namespace elastem
