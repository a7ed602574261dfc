#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "landscape/paths.hpp"
#include "landscape/states.hpp"

namespace elastem {

/// States with the ways between them, of one measure: no way that is found has a barrier below
/// `least_barrier` in either direction.
struct FoundStates {
  States states;
  std::vector<StatePath> paths;
};

/// States (states_of), of which those are joined again between which a way (paths_between) has a barrier of
/// less than `least_barrier` from one of its ends, the lowest first: a mixture of few normal distributions
/// has dips between them where the particles have none. A pure function.
FoundStates states_and_paths(std::span<const NoisyValue> values, int most, int frames, int replicates,
                             std::uint64_t seed);

/// The number of states in a set of at most 500 images drawn with replacement from those of the values: how
/// often it is the same says how sure it is. A pure function.
std::size_t states_in_drawn_set(std::span<const NoisyValue> values, int most, std::uint64_t seed,
                                int replicate);

}  // namespace elastem
