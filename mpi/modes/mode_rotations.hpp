#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "modes/rigid_blocks.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The local rotations of modes (see local_rotations) that are spread over the ranks by nodes: each rank
/// gives the `rows` (3n×K) of its nodes, from `first_node` on, and gets the rotations of these, 3n×K.
/// Positions, blocks and the width of the neighbourhoods (Å) are the same on all ranks. Some modes at a time
/// are gathered everywhere, 64 MiB or eight modes of them. Collective.
Eigen::MatrixXd mode_rotations(const Communicator& comm, const Eigen::Matrix3Xd& positions,
                               const RigidBlocks& blocks, double width, std::int64_t first_node,
                               const Eigen::MatrixXd& rows);

}  // namespace elastem
