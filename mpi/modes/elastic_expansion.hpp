#pragma once

#include <cstdint>

#include "mpi/modes/elastic_modes.hpp"
#include "mpi/modes/elastic_survey.hpp"

namespace elastem {

/// Eigenvalues below this are zero but for rounding: 10·n·ε times the largest.
double zero_eigenvalue(const ElasticSurvey& survey);

/// How many of the eigenvalues, without the six of the rigid motions, are zero. Throws Error where they are
/// more than `tolerated_loose`.
int free_motions(const Eigen::VectorXd& values, const ElasticSurvey& survey);

/// Throws Error unless the network has `last` modes. Not collective; the same on all ranks.
void require_modes(const BlockHessian& hessian, std::int64_t last);

/// Finishes a solve: elastic eigenpairs in ascending order, of which the first `free` are free motions, in
/// the coordinates of the blocks, each rank with the `rows` of its share of the blocks. Sets first_node,
/// free_nodes and the modes, M^{-½} P w of the nodes, judged. Collective.
void expand_modes(const Communicator& comm, const BlockHessian& hessian, const BlockNetwork& network,
                  const Eigen::VectorXd& values, const Eigen::MatrixXd& rows, Eigen::Index free,
                  ElasticModes& result);

}  // namespace elastem
