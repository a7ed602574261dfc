#pragma once

#include <string>

#include "imaging/elastic_model.hpp"
#include "mpi/modes/modes_file.hpp"

namespace elastem {

/// The model of the selected modes ("7-9"; empty: all enabled): Gaussian atoms of the weights of the file, or
/// a kind an element, all of weight 1, with electron scattering factors. Throws Error that names the modes
/// that are there, or as require_atom_model does.
ElasticModel elastic_model(const ModesFile& file, const std::string& modes_selection);

/// Throws Error when nodes ("all", "ca", "pseudoatoms") that are no atoms are to scatter like some.
void require_atom_model(const AtomModel& model, const std::string& nodes);

}  // namespace elastem
