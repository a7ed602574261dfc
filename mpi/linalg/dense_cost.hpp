#pragma once

#include <cstdint>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// How the lowest eigenpairs of a dense Hessian are found.
enum class DenseMethod {
  automatic,    ///< as dense_method chooses
  tridiagonal,  ///< lowest_eigenpairs
  inverse,      ///< lowest_by_inverse; tridiagonal where that does not come to an end
};

/// The faster one for eigenpairs 1 … last of a Hessian of this order: inverse for few modes of a large
/// network (measured for 1656 atoms and 20 modes: a third of the time), else tridiagonal.
DenseMethod dense_method(std::int64_t order, int last);

/// What a dense solve takes.
struct DenseSolveCost {
  int grid_rows = 1, grid_columns = 1;
  double matrix_bytes = 0;  ///< the whole matrix, over all ranks
  double rank_bytes = 0;    ///< the most that a rank needs
};

/// The memory for the lowest `last` modes of a network of `nodes` nodes on `ranks` ranks.
DenseSolveCost dense_solve_cost(std::int64_t nodes, int last, int ranks);

/// Throws Error with the numbers, the same on all ranks, when some machine has less memory free than its
/// ranks need. Collective.
void require_memory(const Communicator& comm, const DenseSolveCost& cost);

/// The seconds that a dense solve of this many nodes would take here, from timing the same method on a matrix
/// of order at most 1200 and scaling by its operation counts. Collective; takes about a second.
double estimated_seconds(const Communicator& comm, std::int64_t nodes, int last);

}  // namespace elastem
