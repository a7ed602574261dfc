#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "modes/elastic_network.hpp"
#include "mpi/linalg/dense_cost.hpp"
#include "mpi/linalg/distributed_matrix.hpp"
#include "mpi/linalg/network_modes.hpp"

namespace elastem {

/// An elastic network to be solved; the same on every rank, O(nodes).
struct SpringNetwork {
  Eigen::Matrix3Xd positions;           ///< Å, a column a node
  std::vector<Spring> springs;          ///< of stiffness 1
  Eigen::VectorXd inverse_sqrt_masses;  ///< m^{-½} of each node; empty: all masses are 1
};

/// The Hessian of V = ½ Σ (|r_ij| − |r⁰_ij|)² (M^{-½} H M^{-½} where there are masses): 3×3 blocks −d dᵀ/|d|²
/// off the diagonal, minus their sum on it. Each rank runs over the springs and fills its own part; no rank
/// ever holds the matrix whole. Not collective.
DistributedMatrix network_hessian(const ProcessGrid& grid, const SpringNetwork& network, int block);

/// Throws Error unless the network has 3N ≥ `last` modes. Not collective; the same on all ranks.
void require_modes(const SpringNetwork& network, int last);

/// Modes 7 … last of the network: V A = λ M A, A = M^{-½} w rescaled to unit norm, as judged_modes leaves
/// them, spread by node_split. Collective. Throws Error, the same on all ranks: fewer than `last` degrees of
/// freedom, more than six zero modes (λ < 100·3N·ε·λ_max), or eigenvectors that do not satisfy their equation
/// to within that (a broken BLAS).
NetworkModes dense_modes(const Communicator& comm, const SpringNetwork& network, int last,
                         DenseMethod method = DenseMethod::automatic);

}  // namespace elastem
