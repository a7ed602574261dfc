#include "modes/block_hessian.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace elastem {

BlockHessian::BlockHessian(const BlockNetwork& network)
    : network_(&network), search_(network.positions, network.cutoff) {
  const RigidBlocks& blocks = network.blocks;
  require(blocks.first_node.back() == network.positions.cols(), "the blocks hold all nodes");
  const auto count = static_cast<std::size_t>(blocks.count());
  bases_.resize(count);
  slot_.assign(count, -1);
  first_column_.reserve(count + 1);
  block_of_.resize(static_cast<std::size_t>(network.positions.cols()));
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const auto first = blocks.first_node[static_cast<std::size_t>(b)];
    std::fill_n(block_of_.begin() + first, blocks.nodes(b), static_cast<std::int32_t>(b));
    first_column_.push_back(first_column_.back() + basis(b).cols());
  }
}

Eigen::MatrixXd BlockHessian::basis(std::int64_t b) const {
  const auto first = network_->blocks.first_node[static_cast<std::size_t>(b)];
  const auto count = network_->blocks.nodes(b);
  const Eigen::VectorXd& scales = network_->inverse_sqrt_masses;
  return rigid_basis(network_->positions.middleCols(first, count),
                     scales.size() > 0 ? Eigen::VectorXd(scales.segment(first, count)) : Eigen::VectorXd());
}

// P_iᵀ d m_i^{-½} of a node of a block.
BlockHessian::Direction BlockHessian::projected(std::int64_t node, std::int64_t block,
                                                const Eigen::Vector3d& direction) {
  if (network_->blocks.nodes(block) == 1) return scale(node) * direction;
  Eigen::MatrixXd& stored = bases_[static_cast<std::size_t>(block)];
  if (stored.size() == 0) stored = basis(block);
  const auto within = node - network_->blocks.first_node[static_cast<std::size_t>(block)];
  return stored.middleRows<3>(3 * within).transpose() * (scale(node) * direction);
}

BlockHessian::Block& BlockHessian::entry(Row& row, std::int64_t a, std::int64_t b) {
  std::int32_t& slot = slot_[static_cast<std::size_t>(b)];
  if (slot < 0) {
    slot = static_cast<std::int32_t>(row.blocks.size());
    row.blocks.push_back({b, decltype(Block::values)::Zero(columns(a), columns(b))});
  }
  return row.blocks[static_cast<std::size_t>(slot)];
}

std::vector<std::int64_t> BlockHessian::upper_neighbours(std::int64_t a) {
  std::vector<std::int64_t> columns{a};
  const auto first = network_->blocks.first_node[static_cast<std::size_t>(a)];
  for (auto i = first; i < first + network_->blocks.nodes(a); ++i)
    search_.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d&) {
      const std::int32_t b = block_of_[static_cast<std::size_t>(j)];
      std::int32_t& met = slot_[static_cast<std::size_t>(b)];
      if (b <= a || met >= 0) return;
      met = 0;
      columns.push_back(b);
    });
  for (const std::int64_t b : columns) slot_[static_cast<std::size_t>(b)] = -1;
  std::ranges::sort(columns);
  return columns;
}

BlockHessian::Row BlockHessian::upper_row(std::int64_t a) {
  Row row;
  entry(row, a, a);
  const auto first = network_->blocks.first_node[static_cast<std::size_t>(a)];
  for (auto i = first; i < first + network_->blocks.nodes(a); ++i) {
    double bound = 0;  // of the node's row of 3×3 blocks, each of norm m_i^{-½} m_j^{-½} (Gershgorin)
    search_.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d& difference) {
      row.springs += j > i;
      bound += scale(i) * (scale(i) + scale(j));
      const std::int64_t b = block_of_[static_cast<std::size_t>(j)];
      if (b == a) return;
      const Eigen::Vector3d direction = difference.normalized();
      const Direction own = projected(i, a, direction);
      row.blocks.front().values.noalias() += own * own.transpose();
      if (b > a) entry(row, a, b).values.noalias() -= own * projected(j, b, direction).transpose();
    });
    row.bound = std::max(row.bound, bound);
  }
  for (const Block& block : row.blocks) slot_[static_cast<std::size_t>(block.column)] = -1;
  std::sort(row.blocks.begin() + 1, row.blocks.end(),
            [](const Block& x, const Block& y) { return x.column < y.column; });
  return row;
}

}  // namespace elastem
