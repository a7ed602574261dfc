#pragma once

#include <Eigen/Core>

namespace elastem {

/// Orientation and position of a particle. r' = R(rot, tilt, psi)·r is projected along z'; the projection of
/// the origin lies at `shift` from pixel floor(S/2) of both axes.
struct Pose {
  double rot = 0, tilt = 0, psi = 0;                ///< degrees, ZYZ as in RELION and Xmipp
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();  ///< (x, y) in Å; rlnOriginXAngst = −shift.x
};

/// R = R_z(psi)·R_y(tilt)·R_z(rot), R_z(a) = [[cos a, sin a, 0], [−sin a, cos a, 0], [0, 0, 1]],
/// R_y(a) = [[cos a, 0, −sin a], [0, 1, 0], [sin a, 0, cos a]]. Angles in degrees.
Eigen::Matrix3d rotation_matrix(double rot, double tilt, double psi);
inline Eigen::Matrix3d rotation_matrix(const Pose& pose) {
  return rotation_matrix(pose.rot, pose.tilt, pose.psi);
}

/// (rot, tilt, psi) in degrees of a rotation matrix; tilt in [0, 180], the others in (−180, 180].
/// At tilt 0 or 180 rot is 0.
Eigen::Vector3d euler_angles(const Eigen::Matrix3d& rotation);

/// exp([ω]×) for a rotation vector in radians: a left increment is R ← exp([ω]×)·R.
Eigen::Matrix3d rotation_increment(const Eigen::Vector3d& omega);

/// Angle in degrees, 0 … 180, of the rotation that takes `a` to `b`.
double rotation_distance(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b);

/// Angle in degrees between the viewing directions (third rows) of two orientations.
double direction_distance(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b);

}  // namespace elastem
