#pragma once

#include <string>

#include "modes/normal_modes.hpp"
#include "mpi/modes/elastic_modes.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// The network that modes without an eigenvalue are judged in.
struct ImportedNetwork {
  double cutoff = 8;       ///< Å
  Eigen::VectorXd masses;  ///< one per node, or empty for equal ones
};

/// The elastic modes of a file (.h5 of this program, .xmd of Xmipp, .nmd of NMWiz and ProDy) for rank 0's
/// structure, each rank with its share of the nodes. Vectors get unit norm and are judged anew; a mode that
/// the file switches off stays off. Modes of which more than half moves the structure as a rigid body are
/// passed over. Numbers are kept where they ascend from 7 or more, else the modes are numbered 7, 8, … in the
/// order of the file (ProDy counts without the rigid-body ones). Where the file does not tell λ it is
/// AᵀHA/(AᵀMA) in the network. Rank 0 reads, one mode at a time. Collective; throws Error that names file and
/// line.
ElasticModes import_modes(const Communicator& comm, const std::string& path, const Structure& structure,
                          const ImportedNetwork& network);

}  // namespace elastem
