#pragma once

#include <Eigen/Core>

#include "structure/structure.hpp"

namespace elastem {

/// r' = rotation · r + translation (Å).
struct RigidMotion {
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
  Eigen::Vector3d translation = Eigen::Vector3d::Zero();

  /// The positions after the motion, one column per atom.
  Eigen::Matrix3Xd operator()(const Eigen::Matrix3Xd& positions) const;
};

/// The rigid motion of `moving` onto `fixed` (equal counts, one column per atom) of least Σ|r'_i − r_i|²
/// (Kabsch 1976), without mirroring. Throws Error when the counts differ or there is no atom.
RigidMotion superposition(const Eigen::Matrix3Xd& moving, const Eigen::Matrix3Xd& fixed);

/// √(Σ|a_i − b_i|²/N) in Å, as they stand. Throws Error when the counts differ or there is no atom.
double rmsd(const Eigen::Matrix3Xd& a, const Eigen::Matrix3Xd& b);

/// Σ m_i r_i / Σ m_i in Å.
Eigen::Vector3d centre_of_mass(const Structure& structure);

/// Moves the centre of mass to the origin; returns what was taken off the positions (Å).
Eigen::Vector3d centre(Structure& structure);

}  // namespace elastem
