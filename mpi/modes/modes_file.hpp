#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "imaging/atom_model.hpp"
#include "modes/normal_modes.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// What modes.h5 holds.
struct ModesFile {
  std::string path = "the modes file";  ///< where it was read from, for messages
  Structure structure;                  ///< centred on the centre of mass
  Eigen::Vector3d centre;               ///< Å, what was taken off the positions of the input
  NormalModes modes;
  Eigen::VectorXd weights;  ///< density of each atom, electrons, of Gaussian ones
  AtomModel atom_model;     ///< their shape in images
  std::string atoms;        ///< "all", "ca" or "pseudoatoms"
  double cutoff = 8;        ///< Å
};

/// Writes modes that are spread over the ranks by nodes. `content.modes` is the same on every rank but for
/// its vectors, of which each rank gives the rows of the nodes first_node … (none is fine too); everything
/// else is rank 0's. /modes/vectors is written in parallel, mode by mode, a chunk being one mode of at most
/// 131,072 nodes (3 MiB), so that no rank needs more than its rows. The file appears under its name when it
/// is complete. Collective. Throws Error when the file cannot be created or the disk is full.
void write_modes(const Communicator& comm, const std::string& path, const ModesFile& content,
                 std::int64_t first_node, const Provenance& provenance);

/// Rank 0 reads and broadcasts; collective. Throws Error naming the file and what is missing in it.
ModesFile read_modes(const Communicator& comm, const std::string& path);

/// Everything but the vectors (`modes.vectors` has no rows): memory O(nodes + modes). Not collective. Throws
/// as read_modes does.
ModesFile read_modes_table(const std::string& path);

/// The vector of one mode (3N entries x1 y1 z1 x2 …), by its number; reads nothing else of /modes/vectors.
/// Not collective. Throws Error that names the modes that are there.
Eigen::VectorXd read_mode_vector(const std::string& path, int number);

/// For messages: mode `number` is not among those of the file at `path`, and what to do.
std::string no_such_mode(int number, const std::vector<int>& numbers, const std::string& path);

}  // namespace elastem
