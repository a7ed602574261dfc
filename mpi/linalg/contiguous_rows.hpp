#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "mpi/linalg/distributed_matrix.hpp"

namespace elastem {

/// Columns 0 … columns − 1 of a block-cyclic matrix, spread over all ranks of the grid's communicator by
/// rows: rank r gets the rows row_offsets[r] … row_offsets[r+1] − 1 (as many offsets as ranks and one, from 0
/// to the number of rows, ascending; a rank may get none). Moves some columns at a time, about 16 MB per
/// rank, so that nothing but matrix and result counts in memory and no message outgrows MPI's counts.
/// Collective.
Eigen::MatrixXd contiguous_rows(const DistributedMatrix& matrix, int columns,
                                const std::vector<std::int64_t>& row_offsets);

}  // namespace elastem
