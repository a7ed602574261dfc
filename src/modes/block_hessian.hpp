#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "modes/neighbour_search.hpp"
#include "modes/rigid_blocks.hpp"

namespace elastem {

/// An elastic network whose nodes move in rigid blocks; the same on every rank, O(nodes).
struct BlockNetwork {
  Eigen::Matrix3Xd positions;           ///< Å, one column per node
  double cutoff = 8;                    ///< Å, the longest spring; all springs have stiffness 1
  Eigen::VectorXd inverse_sqrt_masses;  ///< m^{-½} of each node; empty: all masses are 1
  RigidBlocks blocks;                   ///< single_nodes: no rigid blocks
};

/// The Hessian of V = ½ Σ (|r_ij| − |r⁰_ij|)² in the coordinates of the blocks, Pᵀ M^{-½} H M^{-½} P with P
/// the blocks' rigid_basis, made block pair by block pair on demand: neither H nor P nor a list of springs is
/// ever stored. A spring of direction d between nodes i (block a) and j (block b) adds g_i g_iᵀ to block aa
/// and −g_i g_jᵀ to block ab, g_i = P_iᵀ d m_i^{-½}; springs inside a block cost nothing.
class BlockHessian {
 public:
  /// The network must outlive the Hessian. O(nodes) time and memory.
  explicit BlockHessian(const BlockNetwork& network);

  std::int64_t blocks() const { return network_->blocks.count(); }
  std::int64_t order() const { return first_column_.back(); }
  /// Number of block b's first unknown; first_column(blocks()) is the order.
  std::int64_t first_column(std::int64_t b) const { return first_column_[static_cast<std::size_t>(b)]; }
  int columns(std::int64_t b) const { return static_cast<int>(first_column(b + 1) - first_column(b)); }
  /// The rigid_basis of block b.
  Eigen::MatrixXd basis(std::int64_t b) const;
  /// Pᵀ times the rigid_displacements of block b about a centre: c×6.
  Eigen::MatrixXd rigid_coordinates(std::int64_t b, const Eigen::Vector3d& centre) const;

  /// One block of the Hessian: rows of the block that was asked for, columns of block `column`.
  struct Block {
    std::int64_t column = 0;
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 6, 6> values;
  };

  /// What the springs of a block's nodes tell without the blocks beside the diagonal.
  struct Surroundings {
    Eigen::MatrixXd diagonal;           ///< block (a, a)
    std::vector<std::int32_t> columns;  ///< blocks b ≥ a with (a, b) not zero, ascending, a itself first
    std::int64_t springs = 0;           ///< with a later node: so each spring of a network counts once
    double bound = 0;  ///< no eigenvalue of a Hessian is above its largest bound (Gershgorin)
  };

  /// Throws Error when two nodes coincide.
  Surroundings surroundings(std::int64_t a);

  /// The blocks (a, b) with b ≥ a that are not zero: the diagonal one first, then ascending columns. Throws
  /// Error when two nodes coincide.
  std::vector<Block> upper_row(std::int64_t a);

 private:
  double scale(std::int64_t node) const {
    return network_->inverse_sqrt_masses.size() > 0 ? network_->inverse_sqrt_masses(node) : 1.0;
  }
  Eigen::VectorXd scales(std::int64_t block) const;  // m^{-½} of its nodes; empty: all masses are 1
  std::int64_t first_node(std::int64_t block) const {
    return network_->blocks.first_node[static_cast<std::size_t>(block)];
  }
  template <int columns>
  std::vector<Block> upper_row_of(std::int64_t a);
  const double* padded_basis(std::int64_t block);

  const BlockNetwork* network_;
  NeighbourSearch search_;
  std::vector<std::int64_t> first_column_{0};
  std::vector<std::int32_t> block_of_;  ///< of each node
  bool all_single_;                     ///< every node is a block of its own
  std::vector<Eigen::MatrixXd> bases_;  ///< of the blocks that were met: transposed, with zeros to six rows
  std::vector<std::int32_t> slot_;      ///< place of each block in the row being made; −1: none
};

}  // namespace elastem
