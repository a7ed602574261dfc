#include "mpi/modes/elastic_expansion.hpp"

#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

namespace {

// M^{-½} P w: the rows of the nodes of this rank's share of the blocks.
Eigen::MatrixXd expanded(const Communicator& comm, const BlockHessian& hessian, const BlockNetwork& network,
                         const Eigen::MatrixXd& rows) {
  const auto [first, count] = equal_share(comm, hessian.blocks());
  const std::int64_t last = first + count;
  const auto node = [&](std::int64_t b) { return network.blocks.first_node[static_cast<std::size_t>(b)]; };
  Eigen::MatrixXd nodes(3 * (node(last) - node(first)), rows.cols());
  for (auto b = first; b < last; ++b)
    nodes.middleRows(3 * (node(b) - node(first)), 3 * network.blocks.nodes(b)) =
        hessian.basis(b) *
        rows.middleRows(hessian.first_column(b) - hessian.first_column(first), hessian.columns(b));
  if (network.inverse_sqrt_masses.size() > 0)
    for (Eigen::Index i = 0; i < nodes.rows(); ++i)
      nodes.row(i) *= network.inverse_sqrt_masses(node(first) + i / 3);
  return nodes;
}

// The node that moves farthest in each column, of all ranks. Collective.
std::vector<std::int64_t> farthest_nodes(const Communicator& comm, const Eigen::MatrixXd& nodes,
                                         std::int64_t first_node) {
  std::vector<std::int64_t> farthest;
  for (Eigen::Index k = 0; k < nodes.cols(); ++k) {
    struct {
      double distance = -1;
      int rank = 0;
    } most;
    std::int64_t node = 0;
    for (Eigen::Index i = 0; i < nodes.rows() / 3; ++i)
      if (const double distance = nodes.col(k).segment<3>(3 * i).squaredNorm(); distance > most.distance) {
        most.distance = distance;
        node = first_node + i;
      }
    most.rank = comm.rank();
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE_INT, MPI_MAXLOC, comm.handle());
    farthest.push_back(comm.max(most.rank == comm.rank() ? node : 0));
  }
  return farthest;
}

}  // namespace

double zero_eigenvalue(const ElasticSurvey& survey) {
  constexpr double margin = 10;  // a backward stable solver is good to a few n·ε of the largest
  return margin * static_cast<double>(survey.order) * std::numeric_limits<double>::epsilon() *
         survey.eigenvalue_bound;
}

int free_motions(const Eigen::VectorXd& values, const ElasticSurvey& survey) {
  const auto free = (values.array() < zero_eigenvalue(survey)).count();
  if (free <= tolerated_loose) return static_cast<int>(free);
  throw Error(fmt::format(
      "the elastic network has {}{} motions without any cost beside the six of the whole: parts of "
      "it turn about single atoms or lines without stretching a spring. Use a larger --cutoff.",
      free == values.size() ? "at least " : "", free));
}

void require_modes(const BlockHessian& hessian, std::int64_t last) {
  if (last <= hessian.order()) return;
  throw Error(fmt::format(
      "mode {} was asked for, but {} nodes or rigid blocks have only {} modes. Ask for fewer with --modes.",
      last, hessian.blocks(), hessian.order()));
}

void expand_modes(const Communicator& comm, const BlockHessian& hessian, const BlockNetwork& network,
                  const Eigen::VectorXd& values, const Eigen::MatrixXd& rows, Eigen::Index free,
                  ElasticModes& result) {
  const auto first = equal_share(comm, hessian.blocks()).first;
  result.first_node = network.blocks.first_node[static_cast<std::size_t>(first)];
  result.free_nodes =
      farthest_nodes(comm, expanded(comm, hessian, network, rows.leftCols(free)), result.first_node);
  const Eigen::Index count = rows.cols() - free;
  result.modes =
      judged_modes(comm, values.tail(count), expanded(comm, hessian, network, rows.rightCols(count)));
}

}  // namespace elastem
