#pragma once

#include <vector>

#include "alignment/elastic_prior.hpp"
#include "alignment/mode_motion.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// The prior of the amplitudes as data sets of a table: normal_mean, normal_covariance.
std::vector<StoredVector> stored_normal(const NormalPrior& prior);
/// Reads it back; empty where there is none. Collective.
NormalPrior load_normal(const ResultTable& table);

/// Room in a new table for how its K modes move (MotionSummary), which is known when all rows are: NaN until
/// then. And atom_count, N of the model. None for no modes.
std::vector<StoredVector> room_for_motion(std::size_t modes, Eigen::Index atoms);
/// Fills it; a table that was made without room stays as it is. By one rank.
void store_motion(ResultTable& table, const MotionSummary& summary);
/// Reads it back; without modes where nothing is stored. Collective.
MotionSummary load_motion(const ResultTable& table);

/// N of atom_count; 0 where the table does not know it. Collective.
double load_atom_count(const ResultTable& table);

}  // namespace elastem
