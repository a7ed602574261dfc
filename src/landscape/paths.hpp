#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "landscape/states.hpp"

namespace elastem {

/// A way of least free energy, from one state to another or between places that a user chose.
struct StatePath {
  std::size_t from = 0, to = 0;     ///< states, the most populated first
  std::vector<Coordinates> points;  ///< equally far apart, from one end to the other, Å
  std::vector<double> energies;     ///< of the points, kT above the lowest on the way
  std::vector<double> low, high;    ///< their band; empty: there is none
  double barrier = 0,
         barrier_back = 0;  ///< kT: the highest point of the way above the lowest before and behind it
  int chosen = 0;           ///< the number of a way that a user chose, from 1; 0: it is between states
  std::string start, end;   ///< what its ends are: "state 1", or as the user said it
};

/// The ways between states, as many as join all between which particles are: those of the lowest barriers. On
/// the density of the truth as sharp as it can be seen (as_seen), F = −ln p: LeastEnergyWays from
/// one bottom to the other. No way leads where less than one of the values is expected within one standard
/// error: there is no conformation that has been seen. Energies are of the distribution along the way of the
/// values that are in one of the two states, each at the nearest point of the way (deconvolved_profile,
/// blurred by half of Scott's bandwidth), as a mixture has no more barrier than its normal distributions let
/// it have. `frames`: points of each, at least 2. A pure function.
std::vector<StatePath> paths_between(const States& states, std::span<const NoisyValue> values, int frames,
                                     int replicates, std::uint64_t seed);

/// Whether one of the values or more is expected within one standard error of a place.
bool is_seen(const States& states, std::span<const NoisyValue> values, const Coordinates& at);

/// The way between two places that are not the same, likewise; its energies are of the values in the states
/// that it leads through, and its barriers of what lies between its ends. None where no way leads.
std::optional<StatePath> path_between(const States& states, std::span<const NoisyValue> values,
                                      const Coordinates& from, const Coordinates& to, int frames,
                                      int replicates, std::uint64_t seed);

}  // namespace elastem
