#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "landscape/principal_components.hpp"

namespace elastem {

/// A conformation as a user says it: a particle by its row of the table, from 1, or amplitudes of some modes
/// [Å], as "q7=-50,q8=10".
struct ChosenPlace {
  std::string text;
  std::int64_t row = 0;  ///< 0: amplitudes are given
  std::vector<std::pair<int, double>> amplitudes;
};

/// "row 12", or the amplitudes as the user wrote them.
std::string name_of(const ChosenPlace& place);

/// Reads the ends of a way, "PLACE : PLACE". Throws Error, a sentence without the option's name.
std::pair<ChosenPlace, ChosenPlace> parse_ends(const std::string& text);

/// The amplitudes (K, Å) that particles with those of a place have on average: the others follow from the
/// covariance of the true amplitudes. `modes`: their numbers. Throws Error for a mode that is none of them.
Eigen::VectorXd amplitudes_of(const ChosenPlace& place, const std::vector<int>& modes,
                              const PrincipalComponents& components);

/// Throws Error for a mode that is none of `modes`.
void require_modes(const ChosenPlace& place, const std::vector<int>& modes);

}  // namespace elastem
