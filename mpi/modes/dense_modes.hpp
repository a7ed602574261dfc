#pragma once

#include <cstdint>

#include "mpi/linalg/distributed_matrix.hpp"
#include "mpi/modes/elastic_modes.hpp"
#include "mpi/modes/elastic_survey.hpp"

namespace elastem {

/// The lower triangle of an elastic network's Hessian in the coordinates of its blocks, spread over a grid.
/// Each rank makes the blocks of which it holds a part; no rank ever holds the matrix whole. Not collective.
DistributedMatrix elastic_hessian(const ProcessGrid& grid, BlockHessian& hessian, int block);

/// Modes 7 … last of the network by a dense eigensolver (lowest_eigenpairs): V A = λ M A, A = M^{-½} P w
/// rescaled to unit norm, as judged_modes leaves them, spread by equal_share over the blocks. Free motions
/// beyond the six (zero_eigenvalue) are left out and named in ElasticModes::free_nodes. Collective. Throws
/// Error, the same on all ranks: too few degrees of freedom, more than `tolerated_loose` free motions, or
/// eigenvectors that do not satisfy their equation to within rounding (a broken BLAS).
ElasticModes dense_modes(const Communicator& comm, BlockHessian& hessian, const BlockNetwork& network,
                         const ElasticSurvey& survey, int last);

}  // namespace elastem
