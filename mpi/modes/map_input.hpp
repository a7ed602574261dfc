#pragma once

#include "mpi/comm/communicator.hpp"
#include "options/map_options.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// A map as a structure of pseudoatoms: their density is Atom::charge_sum, the integral of each Gaussian in
/// densities of the map times Å³, and their masses are 1.
struct MapInput {
  Structure structure;  ///< the same on every rank, in the coordinates of the map
  double sigma = 0;     ///< of every pseudoatom, Å
  double cutoff = 0;    ///< of their network, Å
};

/// The cut-off that suits the spacing of pseudoatoms, Å: the 95th percentile of the distances of each to its
/// 20 nearest.
double pseudoatom_cutoff(const Eigen::Matrix3Xd& positions);

/// Reads the map, each rank its planes, describes it by pseudoatoms, leaves out the few (at most 5 %) that
/// hang loose or apart from the rest at `cutoff` (0: pseudoatom_cutoff), and writes them to a PDB file where
/// one is named. Logs what was done. Collective; throws Error.
MapInput read_map_input(const Communicator& comm, const cli::MapOptions& options, double cutoff);

}  // namespace elastem
