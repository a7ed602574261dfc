#pragma once

#include <vector>

#include "mpi/linalg/distributed_matrix.hpp"

namespace elastem {

/// A symmetric tridiagonal matrix of order n.
struct Tridiagonal {
  std::vector<double> diagonal, subdiagonal;  ///< n each, of the latter n − 1 count
};

/// T of A = Q T Qᵀ, on every rank, by Householder reflections (Dongarra, Sorensen & Hammarling 1989) of a
/// symmetric matrix in square blocks of which the lower triangle counts. Q stays in `matrix` and `tau` (a
/// number a local column) as pdsytrd leaves it, for pdormtr. It differs from pdsytrd in what the time goes
/// into, the product of matrix and vector in each step: that runs at the speed of memory, and here every
/// number of the lower triangle is fetched once, for pieces small enough for the cache serve both for
/// themselves and for their mirror image; and vectors are whole on every rank, 16·n·32 bytes for a panel
/// of 32. Collective.
Tridiagonal reduced_to_tridiagonal(DistributedMatrix& matrix, std::vector<double>& tau);

/// How many numbers that takes on a rank at most, beside the matrix of order n.
double reduction_numbers(int n);

}  // namespace elastem
