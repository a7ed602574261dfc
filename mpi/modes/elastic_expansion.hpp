#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mpi/modes/elastic_modes.hpp"
#include "mpi/modes/elastic_survey.hpp"

namespace elastem {

/// What a time went into, in seconds, stage by stage.
class Stopwatch {
 public:
  explicit Stopwatch(std::vector<std::pair<std::string, double>>& stages) : stages_(&stages) {}
  /// Ends a stage; of equal names the times add up.
  void stage(const std::string& name);

 private:
  std::vector<std::pair<std::string, double>>* stages_;
  double since_ = MPI_Wtime();
};

/// Eigenvalues below this are zero but for rounding: 10·n·ε times the largest.
double zero_eigenvalue(const NetworkSurvey& survey);

/// How many of the eigenvalues, without the six of the rigid motions, are zero. Throws Error where they are
/// more than `tolerated_loose`.
int free_motions(const Eigen::VectorXd& values, const NetworkSurvey& survey);

/// Throws Error unless the network has `last` modes. Not collective; the same on all ranks.
void require_modes(const BlockHessian& hessian, std::int64_t last);

/// Finishes a solve: elastic eigenpairs in ascending order, of which the first `free` are free motions, in
/// the coordinates of the blocks, each rank with the `rows` of its share of the blocks. Sets first_node,
/// free_nodes and the modes, M^{-½} P w of the nodes, judged. Collective.
void expand_modes(const Communicator& comm, const BlockHessian& hessian, const BlockNetwork& network,
                  const Eigen::VectorXd& values, const Eigen::MatrixXd& rows, Eigen::Index free,
                  NetworkModes& result);

}  // namespace elastem
