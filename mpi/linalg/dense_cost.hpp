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
  double copies = 1;        ///< matrices of that order that lie over the ranks at the same time
  double matrix_bytes = 0;  ///< one of them, over all ranks
  double rank_bytes = 0;    ///< the most that a rank needs at once, all told
};

/// The cost of lowest_eigenpairs (tridiagonal) for any symmetric matrix of this order: about 1 copy for few
/// eigenpairs, 4 for many, whose tridiagonal matrix is solved by divide and conquer.
DenseSolveCost eigensolver_cost(std::int64_t order, int count, int ranks);

/// The cost of dense_modes for the lowest `last` modes of a network of `nodes` nodes on `ranks` ranks.
DenseSolveCost dense_solve_cost(std::int64_t nodes, int last, int ranks);

/// Throws Error with the numbers and what to do, the same on all ranks, when a machine has less memory left
/// (available_memory, which knows the limits of batch systems) than its ranks need. Collective.
void require_memory(const Communicator& comm, const DenseSolveCost& cost);

/// The seconds that lowest_eigenpairs would take here for a matrix of this order, from timing it for one of
/// order at most 1200 and scaling by the number of operations. Collective; takes about a second.
double eigensolver_seconds(const Communicator& comm, std::int64_t order, int count);

/// The seconds that dense_modes would take, likewise.
double estimated_seconds(const Communicator& comm, std::int64_t nodes, int last);

}  // namespace elastem
