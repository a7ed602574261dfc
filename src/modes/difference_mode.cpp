#include "modes/difference_mode.hpp"

#include <cmath>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <Eigen/SVD>

#include "core/error.hpp"
#include "modes/neighbour_search.hpp"

namespace elastem {

namespace {

// The rotation vector that turns the neighbourhood of a node into its later shape best.
Eigen::Vector3d turn_about(const NeighbourSearch& search, const Eigen::Matrix3Xd& from,
                           const Eigen::Matrix3Xd& to, const Eigen::Vector3d& r, double width) {
  double total = 0;
  Eigen::Vector3d before = Eigen::Vector3d::Zero(), after = before;
  Eigen::Matrix3d products = Eigen::Matrix3d::Zero();
  search.for_each_candidate(r, [&](std::int32_t j) {
    const double squared = (from.col(j) - r).squaredNorm();
    if (squared >= search.radius() * search.radius()) return;
    const double weight = std::exp(-squared / (2 * width * width));
    total += weight;
    before += weight * from.col(j);
    after += weight * to.col(j);
    products += weight * to.col(j) * from.col(j).transpose();
  });
  products -= after * before.transpose() / total;
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(products, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Vector3d signs(1, 1, (svd.matrixU() * svd.matrixV().transpose()).determinant() < 0 ? -1 : 1);
  const Eigen::AngleAxisd turn(
      Eigen::Matrix3d(svd.matrixU() * signs.asDiagonal() * svd.matrixV().transpose()));
  return turn.angle() * turn.axis();
}

// J(W) = 1 + b[W]× + c[W]×², by which a twist displaces (see Twists).
Eigen::Matrix3d twist_factor(const Eigen::Vector3d& turn) {
  constexpr double small = 1e-4;
  const double angle = turn.norm();
  const double b = angle < small ? 0.5 : (1 - std::cos(angle)) / (angle * angle);
  const double c = angle < small ? 1.0 / 6 : (angle - std::sin(angle)) / (angle * angle * angle);
  Eigen::Matrix3d cross;
  cross << 0, -turn.z(), turn.y(), turn.z(), 0, -turn.x(), -turn.y(), turn.x(), 0;
  return Eigen::Matrix3d::Identity() + b * cross + c * cross * cross;
}

}  // namespace

DifferenceMode difference_mode(const Eigen::Matrix3Xd& from, const Eigen::Matrix3Xd& displacement,
                               double width) {
  require(from.cols() == displacement.cols() && displacement.norm() > 0, "something moves");
  DifferenceMode mode{displacement, Eigen::Matrix3Xd(3, 0), 0};
  if (width > 0) {
    constexpr double reach = 2.5;  // of the width
    const Eigen::Matrix3Xd to = from + displacement;
    const NeighbourSearch search(from, reach * width);
    mode.rotation.resize(3, from.cols());
    for (Eigen::Index a = 0; a < from.cols(); ++a) {
      mode.rotation.col(a) = turn_about(search, from, to, from.col(a), width);
      mode.vector.col(a) = twist_factor(mode.rotation.col(a)).inverse() * displacement.col(a);
    }
  }
  mode.length = mode.vector.norm();
  mode.vector /= mode.length;
  mode.rotation /= mode.length;
  return mode;
}

}  // namespace elastem
