#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "landscape/error_mixture.hpp"

namespace elastem {

/// A state: neighbouring components of a mixture without a barrier between them.
struct State {
  std::vector<std::size_t> components;
  double population = 0, population_error = 0;  ///< of the particles that are not wrong
  Coordinates centre;                           ///< mean of its density
};

/// What a set of particles consists of.
struct States {
  ErrorMixture mixture;
  std::vector<State> states;  ///< the most populated first

  /// The probabilities that a particle is in each state; what is left of 1 is that its value is wrong.
  Eigen::VectorXd probabilities(const NoisyValue& value) const;
};

/// kT: two groups of particles are states of their own where a barrier of this height or more parts them.
inline constexpr double least_barrier = 1.75;

/// The mixture as sharp as it can be seen: the variance of a narrow component of n values is known to
/// √(2/n) of the errors' only; three times that is added to each.
ErrorMixture as_seen(ErrorMixture mixture, std::span<const NoisyValue> values);

/// States of noisy values: the number of components from held-out likelihood (component_count), those between
/// which the density of the truth does not fall by `least_barrier` below the lower of the two joined, as far
/// as can be seen (as_seen), along the line of mixtures of the two (Ray & Lindsay 2005). Errors of
/// populations from `replicates` sets drawn with replacement. A pure function.
States states_of(std::span<const NoisyValue> values, int most, int replicates, std::uint64_t seed);

/// Makes one state of two. Its population has no error then.
void join_states(States& found, std::size_t one, std::size_t other);

/// Finds the errors of the populations, from at least two `replicates`.
void find_population_errors(States& found, std::span<const NoisyValue> values, int replicates,
                            std::uint64_t seed);

}  // namespace elastem
