#pragma once

#include <vector>

#include "landscape/principal_components.hpp"
#include "mpi/storage/result_table.hpp"
#include "verification/half_agreement.hpp"
#include "verification/pose_leakage.hpp"
#include "verification/spread.hpp"

namespace elastem {

/// What a pass of a verification gave.
struct VerifiedRows {
  std::int64_t particles = 0;            ///< rows that are done
  std::vector<DirectionSpread> spreads;  ///< of all directions; the same on every rank
  // Of the rows that are done, in their order, without the prior they were fitted with; on rank 0.
  std::vector<NoisyAmplitudes> estimates;  ///< of the modes that were fitted
  Eigen::Matrix3Xd views;                  ///< unit vectors of the directions of view
};

/// Of a table whose first `modes` directions are the modes that were fitted. Collective. Throws Error where
/// fewer than 40 particles could be fitted.
VerifiedRows verified_rows(const Communicator& comm, const ResultTable& table, Eigen::Index modes);

/// The mean of the first `modes` amplitudes: where a set's rigid twins stand. Any rank.
Eigen::VectorXd mean_amplitudes(const VerifiedRows& rows, Eigen::Index modes);

/// Of each mode that was fitted, with the weights 1/(V + C_i). On rank 0.
std::vector<PoseLeakage> pose_leakages(const VerifiedRows& rows);

/// Along the first component of the truth (true_components). On rank 0.
HalfAgreement agreement_of_halves(const VerifiedRows& rows);

}  // namespace elastem
