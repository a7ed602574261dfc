#include "imaging/pose.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Geometry>

#include "core/units.hpp"

namespace elastem {

namespace {

Eigen::Matrix3d about_z(double degrees) {
  const double c = std::cos(degrees * radians_per_degree), s = std::sin(degrees * radians_per_degree);
  return (Eigen::Matrix3d() << c, s, 0, -s, c, 0, 0, 0, 1).finished();
}

Eigen::Matrix3d about_y(double degrees) {
  const double c = std::cos(degrees * radians_per_degree), s = std::sin(degrees * radians_per_degree);
  return (Eigen::Matrix3d() << c, 0, -s, 0, 1, 0, s, 0, c).finished();
}

}  // namespace

Eigen::Matrix3d rotation_matrix(double rot, double tilt, double psi) {
  return about_z(psi) * about_y(tilt) * about_z(rot);
}

Eigen::Vector3d euler_angles(const Eigen::Matrix3d& r) {
  // Third row: (sin tilt cos rot, sin tilt sin rot, cos tilt); third column: (−sin tilt cos psi, sin tilt sin
  // psi, cos tilt).
  const double sin_tilt = std::hypot(r(2, 0), r(2, 1));
  const double tilt = std::atan2(sin_tilt, r(2, 2));
  double rot = 0, psi = 0;
  if (sin_tilt > 1e-12) {
    rot = std::atan2(r(2, 1), r(2, 0));
    psi = std::atan2(r(1, 2), -r(0, 2));
  } else {
    psi = r(2, 2) > 0 ? std::atan2(r(0, 1), r(0, 0)) : std::atan2(r(0, 1), -r(0, 0));
  }
  return Eigen::Vector3d(rot, tilt, psi) * degrees_per_radian;
}

Eigen::Matrix3d rotation_increment(const Eigen::Vector3d& omega) {
  const double angle = omega.norm();
  if (angle == 0) return Eigen::Matrix3d::Identity();
  return Eigen::AngleAxisd(angle, omega / angle).toRotationMatrix();
}

double rotation_distance(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b) {
  // |a − b|²_F = 8 sin²(angle/2) is accurate where the trace is not: near 0.
  const double half_sine = std::min(1.0, (a - b).norm() / std::sqrt(8.0));
  return 2.0 * std::asin(half_sine) * degrees_per_radian;
}

double direction_distance(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b) {
  const double half_sine = std::min(1.0, 0.5 * (a.row(2) - b.row(2)).norm());
  return 2.0 * std::asin(half_sine) * degrees_per_radian;
}

}  // namespace elastem
