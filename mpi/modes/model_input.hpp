#pragma once

#include <string>

#include "imaging/atom_model.hpp"
#include "imaging/elastic_model.hpp"
#include "mpi/comm/communicator.hpp"
#include "options/atom_model_option.hpp"

namespace elastem {

/// `model` with what the user gave in its place. `nodes` as in require_atom_model. Throws Error for nodes
/// that are no atoms, and for a number that goes with the other model.
AtomModel chosen_atom_model(AtomModel model, const std::string& nodes, const cli::AtomModelOption& option);

/// The structure and the selected modes of a modes file, its atoms as the file says but for `option`.
/// Collective; throws Error as read_modes, elastic_model and chosen_atom_model do.
ElasticModel read_model(const Communicator& comm, const std::string& modes_file,
                        const std::string& modes_selection, const cli::AtomModelOption& option);

}  // namespace elastem
