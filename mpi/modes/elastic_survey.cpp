#include "mpi/modes/elastic_survey.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <Eigen/Eigenvalues>

#include "core/error.hpp"
#include "modes/elastic_network.hpp"
#include "modes/elastic_pieces.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

namespace {

// The softest motion of a block alone costs the lowest eigenvalue of its diagonal block; below this share of
// the stiffest it is rounding.
bool is_loose(const Eigen::MatrixXd& diagonal_block) {
  constexpr double nothing = 1e4 * std::numeric_limits<double>::epsilon();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(diagonal_block, Eigen::EigenvaluesOnly);
  return solver.eigenvalues()(0) <=
         nothing * std::max(1.0, solver.eigenvalues()(solver.eigenvalues().size() - 1));
}

}  // namespace

ElasticSurvey survey_network(const Communicator& comm, BlockHessian& hessian) {
  ElasticSurvey survey;
  survey.order = hessian.order();
  ElasticPieces pieces(hessian.blocks());
  std::vector<std::int32_t> loose;
  const auto [first, count] = equal_share(comm, hessian.blocks());
  collectively(comm, [&] {
    for (std::int64_t a = first; a < first + count; ++a) {
      const BlockHessian::Surroundings around = hessian.surroundings(a);
      survey.springs += around.springs;
      survey.eigenvalue_bound = std::max(survey.eigenvalue_bound, around.bound);
      survey.block_pairs += static_cast<std::int64_t>(around.columns.size());
      for (const std::int32_t b : around.columns) pieces.join(a, b);
      if (hessian.blocks() > 1 && is_loose(around.diagonal)) loose.push_back(static_cast<std::int32_t>(a));
      survey.columns.push_back(around.columns);
    }
  });
  survey.springs = comm.sum(survey.springs);
  survey.block_pairs = comm.sum(survey.block_pairs);
  survey.eigenvalue_bound = comm.max(survey.eigenvalue_bound);
  survey.loose = comm.gathered(loose);
  const std::vector<std::int32_t> all_links = comm.gathered(pieces.links());
  if (!comm.root()) return survey;
  for (std::size_t i = 0; i < all_links.size(); i += 2) pieces.join(all_links[i], all_links[i + 1]);
  survey.piece = pieces.numbered();
  return survey;
}

std::string checked_network(const Structure& structure, const BlockNetwork& network,
                            const ElasticSurvey& survey) {
  std::vector<std::int32_t> piece_of_node(static_cast<std::size_t>(structure.size()));
  const auto& first_node = network.blocks.first_node;
  for (std::size_t b = 0; b + 1 < first_node.size(); ++b)
    std::fill(piece_of_node.begin() + first_node[b], piece_of_node.begin() + first_node[b + 1],
              survey.piece[b]);
  require_one_piece(structure, piece_of_node, network.cutoff);
  if (survey.loose.empty()) return "";
  std::vector<std::int64_t> nodes;
  for (const std::int32_t b : survey.loose) nodes.push_back(first_node[static_cast<std::size_t>(b)]);
  const bool blocks = network.blocks.count() < structure.size();
  const std::string text = loose_nodes_text(structure, nodes, blocks ? "rigid blocks" : "atoms",
                                            network.blocks.count(), network.cutoff);
  if (survey.loose.size() > static_cast<std::size_t>(tolerated_loose))
    throw Error(text + " They move freely, which is not an elastic mode. Use a larger --cutoff.");
  return text + " Their free motions are left out; with a larger --cutoff they become elastic.";
}

}  // namespace elastem
