#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "modes/block_hessian.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/modes/elastic_modes.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// What is known of an elastic network before it is solved.
struct ElasticSurvey {
  std::int64_t order = 0;  ///< unknowns: degrees of freedom of the blocks
  std::int64_t springs = 0;
  double eigenvalue_bound = 0;   ///< no eigenvalue of the Hessian is larger (Gershgorin)
  std::int64_t block_pairs = 0;  ///< blocks of the upper triangle of the Hessian that are not zero
  std::vector<std::vector<std::int32_t>> columns;  ///< of those in this rank's rows of blocks, row by row
  std::vector<std::int32_t> piece;                 ///< on rank 0: the connected piece 0, 1, … of each block
  std::vector<std::int32_t> loose;  ///< on rank 0: blocks that some motion of theirs alone costs nothing
};

/// Runs once over all springs, each rank over those of its share of the blocks. Collective. Throws Error, the
/// same on all ranks, when two nodes coincide.
ElasticSurvey survey_network(const Communicator& comm, BlockHessian& hessian);

/// Throws Error when the network falls into pieces (each would add six motions without any cost to those of
/// the whole), which names them and a cut-off that joins them, and when more than `tolerated_loose` blocks
/// are loose: the cut-off is then too short. Returns a warning that names fewer loose blocks, else "". Rank
/// 0.
std::string checked_network(const Structure& structure, const BlockNetwork& network,
                            const ElasticSurvey& survey);

/// Loose blocks, and free motions of the solved network beyond those of the whole, that are only warned of: a
/// dangling end or a far ion does not make the other modes wrong.
inline constexpr int tolerated_loose = 12;

}  // namespace elastem
