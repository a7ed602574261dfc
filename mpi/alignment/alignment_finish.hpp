#pragma once

#include <cstdint>
#include <functional>

#include "alignment/mode_motion.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {

/// What is done once all rows of an alignment are there. All start from what the images alone say, which
/// stays in the table: repeated, or done again after a kill in the middle, they give the same bits, on any
/// number of ranks.

/// Flags the particles that the structure does not explain (QualityTally); their number. Collective.
std::int64_t flag_outliers(const Communicator& comm, ResultTable& table);

/// How each mode moves (MotionTally), by what the images alone say of the rows that are `taken` (all, where
/// it is empty). Estimates of a table without normal_mean are taken as if no prior had drawn them towards 0.
/// Collective.
MotionSummary motion_of(const Communicator& comm, const ResultTable& table, Outliers outliers,
                        const std::function<bool(std::int64_t row)>& taken = {});

/// Says of each mode whether it moves, by what the images alone say of the particles that are no outliers
/// (motion_of), logs it, and stores it where the table has room (room_for_motion). Collective.
MotionSummary report_motion(const Communicator& comm, ResultTable& table);

/// Learns how the amplitudes are distributed (learn_prior) from the particles that are no outliers, stores
/// the prior, and rewrites the rows of all that were aligned with what their images and the prior say
/// together. Collective.
void apply_learnt_prior(const Communicator& comm, ResultTable& table);

/// What all particles say of each other, once all are aligned or refined: the outliers, which modes move, and
/// with `learn_prior` the prior. Collective.
void finish_alignment(const Communicator& comm, ResultTable& table, bool learn_prior);

/// The same with a prior that is known (known_prior): `sample`, K×M in Å.
void finish_with_known_prior(const Communicator& comm, ResultTable& table, const Eigen::MatrixXd& sample);

}  // namespace elastem
