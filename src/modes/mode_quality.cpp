#include "modes/mode_quality.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"
#include "modes/rigid_blocks.hpp"

namespace elastem {

namespace {

Eigen::Index node_count(const Eigen::VectorXd& vector) {
  require(vector.size() > 0 && vector.size() % 3 == 0, "a mode vector has 3N entries");
  return vector.size() / 3;
}

double kinetic_norm(const Eigen::VectorXd& vector, const Eigen::VectorXd& masses) {
  if (masses.size() == 0) return vector.squaredNorm();
  require(3 * masses.size() == vector.size(), "one mass per node");
  double sum = 0;
  for (Eigen::Index i = 0; i < masses.size(); ++i) sum += masses(i) * vector.segment<3>(3 * i).squaredNorm();
  return sum;
}

}  // namespace

void add_fluctuation(const Eigen::VectorXd& vector, double eigenvalue, const Eigen::VectorXd& masses,
                     Eigen::VectorXd& fluctuations) {
  require(node_count(vector) == fluctuations.size(), "one fluctuation per node");
  require(eigenvalue > 0, "an elastic mode costs energy");
  const double scale = 1 / (eigenvalue * kinetic_norm(vector, masses));
  for (Eigen::Index i = 0; i < fluctuations.size(); ++i)
    fluctuations(i) += scale * vector.segment<3>(3 * i).squaredNorm();
}

std::optional<double> correlation(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  require(a.size() == b.size(), "two values per node");
  if (a.size() < 3 || !a.allFinite() || !b.allFinite()) return std::nullopt;
  if (a.maxCoeff() == a.minCoeff() || b.maxCoeff() == b.minCoeff()) return std::nullopt;
  const Eigen::VectorXd from_mean_a = a.array() - a.mean(), from_mean_b = b.array() - b.mean();
  const double covariance = from_mean_a.normalized().dot(from_mean_b.normalized());
  return std::clamp(covariance, -1.0, 1.0);
}

Eigen::VectorXd shift_profile(const Eigen::VectorXd& vector, double amplitude) {
  const Eigen::Map<const Eigen::Matrix3Xd> by_node(vector.data(), 3, node_count(vector));
  return std::abs(amplitude) * by_node.colwise().norm().transpose();
}

double mode_overlap(const Eigen::VectorXd& vector, const Eigen::Matrix3Xd& displacement,
                    const std::vector<Eigen::Index>& nodes) {
  require(static_cast<Eigen::Index>(nodes.size()) == displacement.cols(), "one displacement per node");
  const double length = displacement.norm();
  if (length == 0) throw Error("the displacement is zero: the two structures are the same.");
  double product = 0, squared = 0;
  for (Eigen::Index j = 0; j < displacement.cols(); ++j) {
    const Eigen::Vector3d entry = vector.segment<3>(3 * nodes[static_cast<std::size_t>(j)]);
    product += entry.dot(displacement.col(j));
    squared += entry.squaredNorm();
  }
  return squared > 0 ? std::min(std::abs(product) / (length * std::sqrt(squared)), 1.0) : 0;
}

Eigen::VectorXd cumulative_overlap(const Eigen::VectorXd& overlaps) {
  Eigen::VectorXd sums(overlaps.size());
  double sum = 0;
  for (Eigen::Index k = 0; k < overlaps.size(); ++k) sums(k) = std::sqrt(sum += overlaps(k) * overlaps(k));
  return sums;
}

double rayleigh_quotient(const Eigen::VectorXd& vector, const Eigen::Matrix3Xd& positions, double cutoff,
                         const Eigen::VectorXd& masses) {
  require(node_count(vector) == positions.cols(), "a mode of these nodes");
  const NeighbourSearch search(positions, cutoff);
  double energy = 0;  // twice the sum over springs: each is met from both ends
  for (Eigen::Index i = 0; i < positions.cols(); ++i)
    search.for_each_neighbour(i, [&](std::int32_t j, const Eigen::Vector3d& d) {
      const double stretch = d.normalized().dot(vector.segment<3>(3 * i) - vector.segment<3>(3 * j));
      energy += stretch * stretch;
    });
  return energy / 2 / kinetic_norm(vector, masses);
}

double rigid_share(const Eigen::VectorXd& vector, const Eigen::Matrix3Xd& positions) {
  require(node_count(vector) == positions.cols(), "a mode of these nodes");
  const Eigen::VectorXd along = rigid_basis(positions, Eigen::VectorXd()).transpose() * vector;
  return along.squaredNorm() / vector.squaredNorm();
}

}  // namespace elastem
