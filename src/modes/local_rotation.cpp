#include "modes/local_rotation.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Eigenvalues>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"

namespace elastem {

namespace {

struct Member {
  Eigen::Index node = 0;
  double weight = 0;
};

// Inverse of the inertia, without the axis about which nothing turns: that of a line of nodes.
Eigen::Matrix3d inverse_inertia(const Eigen::Matrix3d& inertia) {
  constexpr double nothing = 1e-3;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> axes(inertia);
  require(axes.info() == Eigen::Success, "a symmetric 3×3 matrix has eigenvalues");
  const double least = nothing * axes.eigenvalues()(2);
  const Eigen::Vector3d inverse =
      axes.eigenvalues().unaryExpr([&](double value) { return value > least ? 1 / value : 0.0; });
  return axes.eigenvectors() * inverse.asDiagonal() * axes.eigenvectors().transpose();
}

// ω of each displacement, K × 3.
Eigen::MatrixX3d fitted_rotations(const Eigen::Matrix3Xd& positions,
                                  const Eigen::Ref<const Eigen::MatrixXd>& vectors,
                                  const std::vector<Member>& members) {
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  double total = 0;
  for (const auto [node, weight] : members) {
    mean += weight * positions.col(node);
    total += weight;
  }
  mean /= total;
  Eigen::Matrix3d inertia = Eigen::Matrix3d::Zero();
  Eigen::MatrixX3d momentum = Eigen::MatrixX3d::Zero(vectors.rows(), 3);
  for (const auto [node, weight] : members) {
    const Eigen::Vector3d r = positions.col(node) - mean;
    inertia += weight * (r.squaredNorm() * Eigen::Matrix3d::Identity() - r * r.transpose());
    for (int i = 0; i < 3; ++i) {
      const int j = (i + 1) % 3, k = (i + 2) % 3;
      momentum.col(i) +=
          (weight * r[j]) * vectors.col(3 * node + k) - (weight * r[k]) * vectors.col(3 * node + j);
    }
  }
  return momentum * inverse_inertia(inertia);
}

void find_neighbours(const NeighbourSearch& search, const Eigen::Matrix3Xd& positions, Eigen::Index node,
                     double width, std::vector<Member>& members) {
  members.clear();
  const Eigen::Vector3d r = positions.col(node);
  search.for_each_candidate(r, [&](std::int32_t j) {
    const double squared = (positions.col(j) - r).squaredNorm();
    if (squared < search.radius() * search.radius())
      members.push_back({j, std::exp(-squared / (2 * width * width))});
  });
}

}  // namespace

Eigen::MatrixXd local_rotations(const Eigen::Matrix3Xd& positions, const RigidBlocks& blocks, double width,
                                const Eigen::Ref<const Eigen::MatrixXd>& vectors, std::int64_t first,
                                std::int64_t count) {
  require(vectors.cols() == positions.size() && blocks.first_node.back() == positions.cols(),
          "the displacements and the blocks are those of the nodes");
  require(width > 0, "a neighbourhood has a width");
  constexpr double reach = 2.5;  // of the width; the weight there is 4 %
  const NeighbourSearch search(positions, reach * width);
  Eigen::MatrixXd rotations(3 * count, vectors.rows());
  std::vector<Member> members;
  const auto block = std::ranges::upper_bound(blocks.first_node, first) - blocks.first_node.begin() - 1;
  for (std::int64_t b = block; b < blocks.count(); ++b) {
    const std::int64_t begin = blocks.first_node[static_cast<std::size_t>(b)], end = begin + blocks.nodes(b);
    if (begin >= first + count) break;
    const bool alone = end - begin == 1;
    if (alone) {
      find_neighbours(search, positions, begin, width, members);
    } else {
      members.clear();
      for (auto node = begin; node < end; ++node) members.push_back({node, 1});
    }
    const Eigen::Matrix3Xd fitted = fitted_rotations(positions, vectors, members).transpose();
    for (auto node = std::max(begin, first); node < std::min(end, first + count); ++node)
      rotations.middleRows<3>(3 * (node - first)) = fitted;
  }
  return rotations;
}

double neighbourhood_width(double cutoff) {
  return std::max(10.0, cutoff * 2 / 3);
}

}  // namespace elastem
