#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "structure/structure.hpp"

namespace elastem {

/// A partition of the nodes into consecutive blocks, each of which moves as a rigid body
/// (rotation–translation blocks, RTB: Durand 1994, Tama 2000): block b has the nodes first_node[b] …
/// first_node[b+1] − 1.
struct RigidBlocks {
  std::vector<std::int64_t> first_node{0};

  std::int64_t count() const { return static_cast<std::int64_t>(first_node.size()) - 1; }
  std::int64_t nodes(std::int64_t block) const {
    const auto b = static_cast<std::size_t>(block);
    return first_node[b + 1] - first_node[b];
  }
};

/// Every node on its own: the elastic network without rigid blocks.
RigidBlocks single_nodes(std::int64_t nodes);

/// Blocks of `residues` ≥ 1 consecutive residues of a molecule; its last block may be shorter. A ligand or an
/// ion is a residue.
RigidBlocks residue_blocks(const Structure& structure, int residues);

/// Translations m_i^{½}·e and rotations m_i^{½}·(e × (r_i − centre)) of n nodes along and about x, y and z:
/// 3n×6, not orthonormal. `inverse_sqrt_masses` (one per node) may be empty: all masses are 1.
Eigen::MatrixXd rigid_displacements(const Eigen::Ref<const Eigen::Matrix3Xd>& positions,
                                    const Eigen::Ref<const Eigen::VectorXd>& inverse_sqrt_masses,
                                    const Eigen::Vector3d& centre);

/// An orthonormal basis (3n×c, c = 3, 5 or 6) of these motions, the null space of their Hessian
/// M^{-½} H M^{-½}. A single node has no rotation, nodes on one line have two. For a single node it is the
/// identity.
Eigen::MatrixXd rigid_basis(const Eigen::Ref<const Eigen::Matrix3Xd>& positions,
                            const Eigen::Ref<const Eigen::VectorXd>& inverse_sqrt_masses);

}  // namespace elastem
