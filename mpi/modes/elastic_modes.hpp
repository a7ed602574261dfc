#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/stage_times.hpp"
#include "modes/normal_modes.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The lowest modes of an elastic network, spread over the ranks by nodes: rank r holds the entries of the
/// nodes first_node … first_node + modes.vectors.rows()/3 − 1 of every mode, ranks in order and without a
/// gap.
struct ElasticModes {
  /// Modes 7 … last; the same on every rank but `vectors`, of which only this rank's rows.
  NormalModes modes;
  std::int64_t first_node = 0;
  Eigen::VectorXd rigid;     ///< eigenvalues 1 … 6, rounding
  double residual = 0;       ///< largest |H w − λ w| over all modes, of unit w
  double orthogonality = 0;  ///< largest entry of |WᵀW − 1|
  /// Of each zero mode beyond the six, which are left out: the node that moves farthest.
  std::vector<std::int64_t> free_nodes{};
  std::string method{};  ///< how they were found, for the log
  StageTimes stages{};   ///< what the time went into
};

/// Where the ranks' equal_share of nodes (or of blocks of them) begin: rank r has the nodes result[r] …
/// result[r+1] − 1; one entry more than ranks.
std::vector<std::int64_t> node_split(std::int64_t nodes, int ranks);

/// The largest entry of |WᵀW − 1| of vectors W of which each rank holds `rows`. Collective.
double orthogonality(const Communicator& comm, const Eigen::MatrixXd& rows);

/// Brings eigenvectors 7, 8, … of which each rank holds `rows` (3n×K) to unit norm, their largest component
/// to a positive sign, numbers them from 7 on and judges them (collectivity, score, enabled). Collective; the
/// result's vectors are the rank's rows. Of components that are equally large but for rounding the first
/// counts for the sign.
NormalModes judged_modes(const Communicator& comm, const Eigen::VectorXd& eigenvalues, Eigen::MatrixXd rows);

}  // namespace elastem
