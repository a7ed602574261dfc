#pragma once

#include <string>
#include <vector>

#include "imaging/atom_model.hpp"
#include "imaging/elastic_model.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/modes/modes_file.hpp"
#include "options/atom_model_option.hpp"

namespace elastem {

/// `model` with what the user gave in its place. Throws Error when `nodes` ("all", "ca", "pseudoatoms") that
/// are no atoms are to scatter like some, and for a number that goes with the other model.
AtomModel chosen_atom_model(AtomModel model, const std::string& nodes, const cli::AtomModelOption& option);

/// The modes of a file that a selection names ("7-9"; empty: all that are enabled). Throws Error that names
/// the modes that are there.
std::vector<int> selected_modes(const ModesFile& file, const std::string& selection);

/// The structure and the selected modes ("7-9"; empty: all that are enabled) of a modes file, its atoms as
/// the file says but for `option`: Gaussian atoms of the file's weights, or one kind per element, all of
/// weight 1, with electron scattering factors. Of the vectors, and of the rotations where motion is curved,
/// only the selected ones are read, once per node, into memory that the node's ranks share and that is freed
/// with the last copy of the model, which is collective. Collective. Throws Error that names the modes that
/// are there, or as read_modes_table and chosen_atom_model do.
ElasticModel read_model(const Communicator& comm, const std::string& modes_file,
                        const std::string& modes_selection, const cli::AtomModelOption& option);

/// The same with the modes that the amplitudes of a result are of. Collective. Throws Error that names both
/// files when the modes file has not all of them.
ElasticModel read_model_of(const Communicator& comm, const std::string& result_path,
                           const std::vector<int>& modes, const std::string& modes_file);

}  // namespace elastem
