#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace elastem {

// All of these look at one mode at a time, so that no more than one vector is in memory. A mode vector has 3N
// entries (x1 y1 z1 x2 …) of unit norm.

/// Adds a mode's share to the mean-square fluctuations of the N nodes in units of k_B T over the stiffness of
/// a spring: ⟨u_i²⟩ = Σ_k |A_k,i|² / (λ_k · A_kᵀ M A_k). `masses` (one per node) is empty for equal masses of
/// 1, for which A_kᵀ A_k = 1; the quadratic form turns mass-weighted modes, which are stored with unit
/// Cartesian norm, into those of unit kinetic norm that equipartition is about. λ > 0.
void add_fluctuation(const Eigen::VectorXd& vector, double eigenvalue, const Eigen::VectorXd& masses,
                     Eigen::VectorXd& fluctuations);

/// Pearson's correlation of two quantities of the same nodes, −1 to 1. None when it is not defined: fewer
/// than three nodes, or one of the two is the same everywhere (B-factors of a file that has none).
std::optional<double> correlation(const Eigen::VectorXd& a, const Eigen::VectorXd& b);

/// |A_i|·|amplitude| of each of the N nodes: how far (Å) it is shifted at this amplitude (Å).
Eigen::VectorXd shift_profile(const Eigen::VectorXd& vector, double amplitude);

/// |A·d|/(|A||d|) of a mode with a displacement d (Å, one column per node): 1 where the mode alone describes
/// it (Marques & Sanejouand 1995). `nodes` are those the displacement is known of, the mode's entries of the
/// others are left out. Throws Error when the displacement is zero.
double mode_overlap(const Eigen::VectorXd& vector, const Eigen::Matrix3Xd& displacement,
                    const std::vector<Eigen::Index>& nodes);

/// √Σ_{j≤k} O_j², how much of a displacement the first k modes describe together. For orthogonal modes of all
/// nodes it is at most 1; restricted to a part of them, modes overlap one another a little and so it may
/// exceed 1.
Eigen::VectorXd cumulative_overlap(const Eigen::VectorXd& overlaps);

/// AᵀHA/(AᵀMA): the eigenvalue of a mode whose file does not tell it, in the network of springs of stiffness
/// 1 between nodes nearer than `cutoff` (Å) in `positions`; `masses` as above. Time and memory O(nodes).
double rayleigh_quotient(const Eigen::VectorXd& vector, const Eigen::Matrix3Xd& positions, double cutoff,
                         const Eigen::VectorXd& masses);

/// The share of |A|² that moves the nodes as one rigid body, 0 to 1: 0 for an elastic mode of equal masses.
double rigid_share(const Eigen::VectorXd& vector, const Eigen::Matrix3Xd& positions);

}  // namespace elastem
