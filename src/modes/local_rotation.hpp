#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "core/name_table.hpp"
#include "modes/rigid_blocks.hpp"

namespace elastem {

/// How atoms follow a mode beyond small amplitudes.
enum class Motion {
  curved,  ///< each turns with its surroundings, along circles and screws
  linear   ///< each along a line
};

inline constexpr NamedValue<Motion> motion_names[] = {{Motion::curved, "curved"}, {Motion::linear, "linear"}};
constexpr NameTable<Motion> name_table(Motion) {
  return motion_names;
}

/// The rotation ω_a that displacements u_n of nodes at r_n come nearest to about node a (radians per unit of
/// u), of each of the `count` nodes from `first` on: least squares with weights w_n,
///   ω_a = I⁻¹ Σ_n w_n (r_n − r̄) × u_n,   I = Σ_n w_n (|r_n − r̄|² − (r_n − r̄)(r_n − r̄)ᵀ),   r̄ the weighted
/// mean. Of a node in a rigid block of several, the nodes of its block count alone and alike, so that curved
/// motion leaves the block rigid if u does; of any other, those within 2.5 · width by exp(−d²/(2·width²)). A
/// line of nodes has no rotation about itself, a single node none. `positions` 3×N and `width` in Å;
/// `vectors` holds the entries of K displacements side by side, K × 3N (x1 y1 z1 x2 …); the result is 3·count
/// × K. In time O(K · nodes · neighbours). Exact where the surroundings move as a rigid body.
Eigen::MatrixXd local_rotations(const Eigen::Matrix3Xd& positions, const RigidBlocks& blocks, double width,
                                const Eigen::Ref<const Eigen::MatrixXd>& vectors, std::int64_t first,
                                std::int64_t count);

/// The width of the neighbourhoods for an elastic network, Å: 10, or two thirds of the longest spring where
/// that is more, so that sparse nodes have neighbours too.
double neighbourhood_width(double cutoff);

}  // namespace elastem
