#include "landscape/found_states.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "landscape/image_groups.hpp"

namespace elastem {
namespace {

double lower_barrier(const StatePath& path) {
  return std::min(path.barrier, path.barrier_back);
}

States joined_states(std::span<const NoisyValue> values, int most, std::uint64_t seed) {
  States found = states_of(values, most, 0, seed);
  while (found.states.size() > 1) {
    const std::vector<StatePath> paths = paths_between(found, values, 2, 0, seed);
    const auto lowest = std::ranges::min_element(paths, {}, lower_barrier);
    if (lowest == paths.end() || lower_barrier(*lowest) >= least_barrier) break;
    join_states(found, lowest->from, lowest->to);
  }
  return found;
}

}  // namespace

FoundStates states_and_paths(std::span<const NoisyValue> values, int most, int frames, int replicates,
                             std::uint64_t seed) {
  FoundStates found{joined_states(values, most, seed), {}};
  if (replicates > 1) find_population_errors(found.states, values, replicates, seed);
  found.paths = paths_between(found.states, values, frames, replicates, seed);
  return found;
}

std::size_t states_in_drawn_set(std::span<const NoisyValue> values, int most, std::uint64_t seed,
                                int replicate) {
  constexpr std::size_t most_images = 500;
  const ImageGroups groups(values);
  Random random(seed, Stream::split, static_cast<std::uint64_t>(replicate));
  const Eigen::VectorXd counts = groups.drawn(random, std::min(groups.count(), most_images));
  std::vector<NoisyValue> drawn;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const double weight = counts[static_cast<Eigen::Index>(i)]; weight > 0) {
      drawn.push_back(values[i]);
      drawn.back().weight = weight;
    }
  return joined_states(drawn, most, seed).states.size();
}

}  // namespace elastem
