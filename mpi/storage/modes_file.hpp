#pragma once

#include <string>

#include "imaging/elastic_model.hpp"
#include "modes/normal_modes.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/storage/provenance.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// What modes.h5 holds.
struct ModesFile {
  std::string path = "the modes file";  ///< where it was read from, for messages
  Structure structure;                  ///< centred on the centre of mass
  Eigen::Vector3d centre;               ///< Å, what was taken off the positions of the input
  NormalModes modes;
  Eigen::VectorXd weights;  ///< density of each atom, electrons
  double atom_sigma = 1.5;  ///< Å
  std::string atoms;        ///< "all" or "ca"
  double cutoff = 8;        ///< Å
};

/// Rank 0 writes; collective. Throws Error when the file cannot be created.
void write_modes(const Communicator& comm, const std::string& path, const ModesFile& content,
                 const Provenance& provenance);

/// Rank 0 reads and broadcasts; collective. Throws Error naming the file and what is missing in it.
ModesFile read_modes(const Communicator& comm, const std::string& path);

/// The model of the selected modes ("7-9"; empty: all enabled). Throws Error that names the modes that are
/// there.
ElasticModel elastic_model(const ModesFile& file, const std::string& modes_selection);

}  // namespace elastem
