#pragma once

#include <cstdint>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// What a dense solve takes.
struct DenseSolveCost {
  int grid_rows = 1, grid_columns = 1;
  int copies = 1;           ///< matrices of that order that lie over the ranks at the same time
  double matrix_bytes = 0;  ///< one of them, over all ranks
  double rank_bytes = 0;    ///< the most that a rank needs at once, all told
};

/// The cost of lowest_eigenpairs for any symmetric matrix of this order: eigensolver_copies of it.
DenseSolveCost eigensolver_cost(std::int64_t order, int count, int ranks);

/// Throws Error with the numbers and what to do, the same on all ranks, when a machine has less memory left
/// (available_memory, which knows the limits of batch systems) than its ranks need. Collective.
void require_memory(const Communicator& comm, const DenseSolveCost& cost);

/// The seconds that lowest_eigenpairs would take here for a matrix of this order, from timing it for one of
/// order at most 1200 and scaling by the number of operations. Collective; takes about a second.
double eigensolver_seconds(const Communicator& comm, std::int64_t order, int count);

}  // namespace elastem
