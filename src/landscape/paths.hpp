#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "landscape/states.hpp"

namespace elastem {

/// A way of least free energy from one state to another.
struct StatePath {
  std::size_t from = 0, to = 0;     ///< states, the most populated first
  std::vector<Coordinates> points;  ///< equally far apart, from one well's bottom to the other's, Å
  std::vector<double> energies;     ///< of the points, kT above the lowest on the way
  std::vector<double> low, high;    ///< their band; empty: there is none
  double barrier = 0,
         barrier_back = 0;  ///< kT: the highest point of the way above the lowest before and behind it
};

/// The ways between states, as many as join all between which particles are: those of the lowest barriers. On
/// the density of the truth as sharp as it can be seen (half of the errors), F = −ln p: from one bottom to
/// the other the way on a grid on which ∫ exp(F) ds is least, through which most of a diffusing flux goes
/// (Huo & Straub 1997), then let down onto its valley's floor, where the force has no part across it (E, Ren
/// & Vanden-Eijnden 2002). No way leads where less than one of the values is expected within one standard
/// error: there is no conformation that has been seen. Energies are of the distribution along the way of the
/// values that are in one of the two states, each at the nearest point of the way (deconvolved_profile,
/// blurred by half of Scott's bandwidth), as a mixture has no more barrier than its normal distributions let
/// it have. `frames`: points of each, at least 2. A pure function.
std::vector<StatePath> paths_between(const States& states, std::span<const NoisyValue> values, int frames,
                                     int replicates, std::uint64_t seed);

}  // namespace elastem
