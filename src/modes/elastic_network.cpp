#include "modes/elastic_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <Eigen/Geometry>
#include <Eigen/QR>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"

namespace elastem {

namespace {

int root_of(std::vector<int>& parents, int node) {
  while (parents[static_cast<std::size_t>(node)] != node) {
    int& parent = parents[static_cast<std::size_t>(node)];
    parent = parents[static_cast<std::size_t>(parent)];
    node = parent;
  }
  return node;
}

// The largest over pieces of the distance to the nearest node of another piece: a cut-off just above it
// leaves no piece on its own. Found by doubling the search radius, each time with a cell list.
double joining_distance(const Structure& structure, const std::vector<int>& piece, int count, double cutoff) {
  std::vector<double> nearest(static_cast<std::size_t>(count), std::numeric_limits<double>::infinity());
  for (double radius = 2 * cutoff; !std::isfinite(*std::ranges::max_element(nearest)); radius *= 2) {
    const NeighbourSearch search(structure.positions, radius);
    for (Eigen::Index i = 0; i < structure.size(); ++i)
      search.for_each_candidate(structure.positions.col(i), [&](std::int32_t j) {
        const int own = piece[static_cast<std::size_t>(i)];
        if (own == piece[static_cast<std::size_t>(j)]) return;
        double& best = nearest[static_cast<std::size_t>(own)];
        best = std::min(best, (structure.positions.col(i) - structure.positions.col(j)).norm());
      });
  }
  return *std::ranges::max_element(nearest);
}

}  // namespace

std::vector<Spring> find_springs(const Eigen::Matrix3Xd& positions, double cutoff) {
  std::vector<Spring> springs;
  const NeighbourSearch search(positions, cutoff);
  for (Eigen::Index i = 0; i < positions.cols(); ++i) {
    const std::size_t begin = springs.size();
    search.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d&) {
      if (j > i) springs.push_back({static_cast<std::int32_t>(i), j});
    });
    std::sort(springs.begin() + static_cast<std::ptrdiff_t>(begin), springs.end(),
              [](const Spring& a, const Spring& b) { return a.second < b.second; });
  }
  return springs;
}

std::vector<int> network_pieces(Eigen::Index nodes, const std::vector<Spring>& springs) {
  std::vector<int> parents(static_cast<std::size_t>(nodes));
  std::iota(parents.begin(), parents.end(), 0);
  for (const Spring& spring : springs) {
    const int a = root_of(parents, spring.first), b = root_of(parents, spring.second);
    parents[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  std::vector<int> pieces(parents.size());
  int count = 0;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const int root = root_of(parents, static_cast<int>(i));  // never after i
    pieces[i] = root == static_cast<int>(i) ? count++ : pieces[static_cast<std::size_t>(root)];
  }
  return pieces;
}

void require_one_piece(const Structure& structure, const std::vector<int>& pieces, double cutoff) {
  const int count = pieces.empty() ? 0 : 1 + *std::ranges::max_element(pieces);
  if (count <= 1) return;
  constexpr int named = 8;
  std::string text = "the elastic network falls into " + std::to_string(count) + " pieces at a cut-off of " +
                     std::to_string(cutoff).substr(0, 5) + " Å:";
  for (int piece = 0; piece < std::min(count, named); ++piece) {
    const auto first = std::ranges::find(pieces, piece);
    const auto last = std::find(pieces.rbegin(), pieces.rend(), piece);
    text += "\n  " + std::to_string(std::ranges::count(pieces, piece)) + " atoms from " +
            atom_label(structure.atoms[static_cast<std::size_t>(first - pieces.begin())]) + " to " +
            atom_label(structure.atoms[static_cast<std::size_t>(pieces.rend() - last - 1)]);
  }
  if (count > named) text += "\n  and " + std::to_string(count - named) + " more";
  const double join = std::ceil(10 * joining_distance(structure, pieces, count, cutoff) + 0.5) / 10;
  throw Error(text +
              "\nEach piece moves freely, which is not an elastic mode. Use a larger --cutoff (every piece "
              "touches another from " +
              std::to_string(join).substr(0, std::to_string(join).find('.') + 2) +
              " Å on) or select one piece with --chain.");
}

std::string loose_nodes_text(const Structure& structure, const std::vector<std::int64_t>& nodes,
                             const std::string& kind, std::int64_t total, double cutoff) {
  constexpr std::size_t named = 8;
  std::string text = std::to_string(nodes.size()) + " of " + std::to_string(total) + " " + kind +
                     " are not held in every direction by their springs at a cut-off of " +
                     std::to_string(cutoff).substr(0, 5) + " Å:";
  for (std::size_t i = 0; i < std::min(nodes.size(), named); ++i)
    text += (i == 0 ? " " : ", ") + atom_label(structure.atoms[static_cast<std::size_t>(nodes[i])]);
  return text + (nodes.size() > named ? " and others." : ".");
}

Eigen::Matrix3d spring_block(const Eigen::Matrix3Xd& positions, const Spring& spring) {
  const Eigen::Vector3d d = (positions.col(spring.first) - positions.col(spring.second)).normalized();
  return d * d.transpose();
}

Eigen::MatrixXd hessian_product(const Eigen::Matrix3Xd& positions, const std::vector<Spring>& springs,
                                const Eigen::VectorXd& inverse_sqrt_masses, const Eigen::MatrixXd& x) {
  require(x.rows() == 3 * positions.cols(), "x has 3N rows");
  const bool weighted = inverse_sqrt_masses.size() > 0;
  const auto scale = [&](Eigen::Index node) { return weighted ? inverse_sqrt_masses(node) : 1.0; };
  Eigen::MatrixXd product = Eigen::MatrixXd::Zero(x.rows(), x.cols());
  for (const Spring& spring : springs) {
    const Eigen::Index i = spring.first, j = spring.second;
    const Eigen::Vector3d d = (positions.col(i) - positions.col(j)).normalized();
    const Eigen::RowVectorXd stretch =
        d.transpose() * (scale(i) * x.middleRows<3>(3 * i) - scale(j) * x.middleRows<3>(3 * j));
    product.middleRows<3>(3 * i) += scale(i) * d * stretch;
    product.middleRows<3>(3 * j) -= scale(j) * d * stretch;
  }
  return product;
}

Eigen::MatrixXd rigid_motions(const Eigen::Matrix3Xd& positions, const Eigen::VectorXd& inverse_sqrt_masses) {
  const Eigen::Vector3d centre = positions.rowwise().mean();
  Eigen::MatrixXd motions(3 * positions.cols(), 6);
  for (Eigen::Index i = 0; i < positions.cols(); ++i) {
    const double weight = inverse_sqrt_masses.size() > 0 ? 1 / inverse_sqrt_masses(i) : 1.0;
    for (int axis = 0; axis < 3; ++axis) {
      const Eigen::Vector3d e = Eigen::Vector3d::Unit(axis);
      motions.col(axis).segment<3>(3 * i) = weight * e;
      motions.col(3 + axis).segment<3>(3 * i) = weight * e.cross(positions.col(i) - centre);
    }
  }
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(motions);
  return qr.householderQ() * Eigen::MatrixXd::Identity(motions.rows(), 6);
}

double largest_eigenvalue_bound(Eigen::Index nodes, const std::vector<Spring>& springs,
                                const Eigen::VectorXd& inverse_sqrt_masses) {
  const auto scale = [&](Eigen::Index node) {
    return inverse_sqrt_masses.size() > 0 ? inverse_sqrt_masses(node) : 1.0;
  };
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(nodes);
  for (const Spring& spring : springs) {
    const double a = scale(spring.first), b = scale(spring.second);
    sums(spring.first) += a * (a + b);
    sums(spring.second) += b * (a + b);
  }
  return nodes == 0 ? 0 : sums.maxCoeff();
}

}  // namespace elastem
