#pragma once

#include <string>
#include <vector>

#include "landscape/chosen_place.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// A way that a user asks for, as --path says it.
struct ChosenEnds {
  ChosenPlace from, to;
};

/// Reads the texts. Throws Error that names the option: not understood, a mode or a row that the result has
/// not, one without error bars.
std::vector<ChosenEnds> chosen_ends(const std::vector<std::string>& texts, const ResultTable& table);

class LandscapePasses;
struct Landscape;
struct TruthSample;

/// The ways of a landscape that the user asks for, added to its paths. Collective. Throws Error that names
/// the option: a row that does not take part, a place where no particle is, no way.
void add_chosen_paths(const LandscapePasses& passes, const TruthSample& sample, Landscape& landscape);

}  // namespace elastem
