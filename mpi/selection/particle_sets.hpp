#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mpi/particles/result_match.hpp"
#include "selection/row_shares.hpp"

namespace elastem {

/// Sets of particles that one pass makes something of each, as a map.
struct ParticleSets {
  RowShares shares;                 ///< of a rank's rows of a particle file
  std::vector<std::string> names;   ///< what is appended to the names of files: "", "_state1", "_1"
  std::vector<std::string> titles;  ///< for logs: "all particles", "state 1", "q7 = 12.5"

  std::size_t size() const { return names.size(); }
};

/// Where sets of particles come from. With nothing given there is one, all particles.
struct ParticleSetsWanted {
  bool states = false;    ///< one per state of the landscape
  std::string along;      ///< one per frame along an expression, or a path of the landscape, "path_1_2"
  int frames = 0;         ///< of `along`
  std::string landscape;  ///< its folder
  bool accept_mismatch = false;  ///< whether it may be of other images
  bool with_outliers = false;    ///< whether outliers take part
};

/// All particles that take part, those done that are no outliers, then the sets that are wanted, each
/// particle as much as it belongs to each. A state: by its probability. Frames of an expression lie equally
/// far apart between its quantiles of 5 and 95 %; a particle is shared between the two that it lies between,
/// and beyond the last belongs to that less the further. Of a path likewise, by the nearest place of what its
/// image says of the components, times the probability of the two states. Collective. Throws Error that names
/// the option: no states, no such path, an expression that is not understood or the same for all.
ParticleSets particle_sets(const Communicator& comm, const NamedTable& table, const RowMatch& match,
                           const ParticleSetsWanted& wanted);

/// The sets without those, but the first, that have less than half a particle, or with `halves` (of this
/// rank's rows: 1 or 2; empty: none) in one of the two; says which in the log. Collective. Throws Error where
/// none is left of some.
ParticleSets without_empty(const Communicator& comm, ParticleSets sets, std::span<const std::uint8_t> halves);

}  // namespace elastem
