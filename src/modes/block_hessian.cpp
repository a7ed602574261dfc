#include "modes/block_hessian.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace elastem {

BlockHessian::BlockHessian(const BlockNetwork& network)
    : network_(&network),
      search_(network.positions, network.cutoff),
      all_single_(network.blocks.count() == network.positions.cols()) {
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

Eigen::VectorXd BlockHessian::scales(std::int64_t b) const {
  const Eigen::VectorXd& all = network_->inverse_sqrt_masses;
  return all.size() > 0 ? all.segment(first_node(b), network_->blocks.nodes(b)).eval() : Eigen::VectorXd();
}

Eigen::MatrixXd BlockHessian::basis(std::int64_t b) const {
  return rigid_basis(network_->positions.middleCols(first_node(b), network_->blocks.nodes(b)), scales(b));
}

Eigen::MatrixXd BlockHessian::rigid_coordinates(std::int64_t b, const Eigen::Vector3d& centre) const {
  return basis(b).transpose() *
         rigid_displacements(network_->positions.middleCols(first_node(b), network_->blocks.nodes(b)),
                             scales(b), centre);
}

// Pᵀ of a block, six numbers per coordinate.
const double* BlockHessian::padded_basis(std::int64_t block) {
  Eigen::MatrixXd& stored = bases_[static_cast<std::size_t>(block)];
  if (stored.size() == 0) {
    const Eigen::MatrixXd own = basis(block);
    stored = Eigen::MatrixXd::Zero(6, own.rows());
    stored.topRows(own.cols()) = own.transpose();
  }
  return stored.data();
}

BlockHessian::Surroundings BlockHessian::surroundings(std::int64_t a) {
  Surroundings result;
  result.columns.push_back(static_cast<std::int32_t>(a));
  const Eigen::MatrixXd own = basis(a);
  result.diagonal = Eigen::MatrixXd::Zero(own.cols(), own.cols());
  for (auto i = first_node(a); i < first_node(a + 1); ++i) {
    Eigen::Matrix3d stiffness = Eigen::Matrix3d::Zero();
    double bound = 0;  // of the node's row of 3×3 blocks, each of norm m_i^{-½} m_j^{-½}
    search_.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d& difference) {
      result.springs += j > i;
      bound += scale(i) * (scale(i) + scale(j));
      const std::int32_t b = block_of_[static_cast<std::size_t>(j)];
      if (b == a) return;
      stiffness.noalias() += difference * (difference.transpose() / difference.squaredNorm());
      if (std::int32_t& met = slot_[static_cast<std::size_t>(b)]; b > a && met < 0) {
        met = 0;
        result.columns.push_back(b);
      }
    });
    const auto part = own.middleRows<3>(3 * (i - first_node(a)));
    result.diagonal += scale(i) * scale(i) * (part.transpose() * stiffness * part);
    result.bound = std::max(result.bound, bound);
  }
  for (const std::int32_t b : result.columns) slot_[static_cast<std::size_t>(b)] = -1;
  std::ranges::sort(result.columns);
  return result;
}

std::vector<BlockHessian::Block> BlockHessian::upper_row(std::int64_t a) {
  return all_single_ ? upper_row_of<3>(a) : upper_row_of<6>(a);
}

// With room for `size` columns per block, so that the compiler knows all sizes.
template <int size>
std::vector<BlockHessian::Block> BlockHessian::upper_row_of(std::int64_t a) {
  using Basis = Eigen::Map<const Eigen::Matrix<double, size, 3>>;
  const auto part = [&](std::int64_t block, std::int64_t node) {
    if constexpr (size == 3) {
      static const Eigen::Matrix3d identity = Eigen::Matrix3d::Identity();
      return Basis(identity.data());
    } else {
      return Basis(padded_basis(block) + 18 * (node - first_node(block)));
    }
  };
  std::vector<std::int64_t> met{a};
  std::vector<Eigen::Matrix<double, size, size>> sums{Eigen::Matrix<double, size, size>::Zero()};
  slot_[static_cast<std::size_t>(a)] = 0;
  for (auto i = first_node(a); i < first_node(a + 1); ++i) {
    Eigen::Matrix3d stiffness = Eigen::Matrix3d::Zero();
    const Basis own = part(a, i);
    search_.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d& difference) {
      const std::int32_t b = block_of_[static_cast<std::size_t>(j)];
      if (b == a) return;
      const Eigen::Vector3d direction = difference / difference.norm();
      stiffness.noalias() += direction * direction.transpose();
      if (b < a) return;
      std::int32_t& slot = slot_[static_cast<std::size_t>(b)];
      if (slot < 0) {
        slot = static_cast<std::int32_t>(met.size());
        met.push_back(b);
        sums.push_back(Eigen::Matrix<double, size, size>::Zero());
      }
      const Eigen::Matrix<double, size, 1> here = own * direction,
                                           there = (-scale(i) * scale(j)) * (part(b, j) * direction);
      sums[static_cast<std::size_t>(slot)].noalias() += here * there.transpose();
    });
    sums.front().noalias() += scale(i) * scale(i) * (own * stiffness * own.transpose());
  }
  std::vector<Block> row;
  row.reserve(met.size());
  for (std::size_t k = 0; k < met.size(); ++k) {
    slot_[static_cast<std::size_t>(met[k])] = -1;
    row.push_back({met[k], sums[k].topLeftCorner(columns(a), columns(met[k]))});
  }
  std::sort(row.begin() + 1, row.end(), [](const Block& x, const Block& y) { return x.column < y.column; });
  return row;
}

}  // namespace elastem
