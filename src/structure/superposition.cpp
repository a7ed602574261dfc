#include "structure/superposition.hpp"

#include <cmath>
#include <string>

#include <Eigen/LU>
#include <Eigen/SVD>

#include "core/error.hpp"

namespace elastem {

namespace {

void require_pairs(const Eigen::Matrix3Xd& a, const Eigen::Matrix3Xd& b) {
  if (a.cols() == b.cols() && a.cols() > 0) return;
  throw Error("structures of " + std::to_string(a.cols()) + " and " + std::to_string(b.cols()) +
              " atoms cannot be compared atom by atom. Select the same atoms of both.");
}

}  // namespace

Eigen::Matrix3Xd RigidMotion::operator()(const Eigen::Matrix3Xd& positions) const {
  return (rotation * positions).colwise() + translation;
}

RigidMotion superposition(const Eigen::Matrix3Xd& moving, const Eigen::Matrix3Xd& fixed) {
  require_pairs(moving, fixed);
  const Eigen::Vector3d from = moving.rowwise().mean(), to = fixed.rowwise().mean();
  const Eigen::Matrix3d covariance = (fixed.colwise() - to) * (moving.colwise() - from).transpose();
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d handedness = Eigen::Matrix3d::Identity();
  handedness(2, 2) = (svd.matrixU() * svd.matrixV().transpose()).determinant() < 0 ? -1 : 1;
  RigidMotion motion;
  motion.rotation = svd.matrixU() * handedness * svd.matrixV().transpose();
  motion.translation = to - motion.rotation * from;
  return motion;
}

double rmsd(const Eigen::Matrix3Xd& a, const Eigen::Matrix3Xd& b) {
  require_pairs(a, b);
  return std::sqrt((a - b).squaredNorm() / static_cast<double>(a.cols()));
}

Eigen::Vector3d centre_of_mass(const Structure& structure) {
  require(structure.size() > 0, "the centre of mass of no atoms");
  Eigen::Vector3d moment = Eigen::Vector3d::Zero();
  double mass = 0;
  for (Eigen::Index i = 0; i < structure.size(); ++i) {
    const double m = structure.atoms[static_cast<std::size_t>(i)].mass;
    moment += m * structure.positions.col(i);
    mass += m;
  }
  require(mass > 0, "the atoms have no mass");
  return moment / mass;
}

Eigen::Vector3d centre(Structure& structure) {
  const Eigen::Vector3d offset = centre_of_mass(structure);
  structure.positions.colwise() -= offset;
  return offset;
}

}  // namespace elastem
