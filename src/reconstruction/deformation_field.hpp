#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "imaging/projection.hpp"

namespace elastem {

/// The voxels of a map near a conformation of a molecule, and where they go when its atoms go elsewhere: a
/// voxel at x moves by u(x) = Σ_a w_a(x)·d_a of its 12 nearest atoms, d_a their displacements, w_a ∝ exp(−|x
/// − x_a|²/2h²), Σ w_a = 1, h = 2 Å.
class DeformationField {
 public:
  /// `atoms`: 3×N in Å from the box's centre. Voxels within 10 Å of one, and with a soft edge within 16 Å.
  DeformationField(const Eigen::Matrix3Xd& atoms, ImageGrid grid);

  Eigen::Index voxels() const { return places_.cols(); }
  /// x, y, z of a voxel from the box's centre, in voxels.
  Eigen::Vector3i index(Eigen::Index voxel) const { return indices_.col(voxel); }
  /// 1 within 10 Å of an atom, falling to 0 at 16 Å.
  float softness(Eigen::Index voxel) const { return softness_[static_cast<std::size_t>(voxel)]; }

  /// Where the voxels stand, 3×V in Å, once the atoms moved by `displacements`, 3×N in Å.
  void displaced(const Eigen::Matrix3Xf& displacements, Eigen::Matrix3Xf& places) const;

 private:
  static constexpr int nearest = 12;

  Eigen::Matrix3Xi indices_;
  Eigen::Matrix3Xf places_;
  std::vector<float> softness_;
  Eigen::Matrix<std::int32_t, nearest, Eigen::Dynamic> atoms_;
  Eigen::Matrix<float, nearest, Eigen::Dynamic> weights_;
};

}  // namespace elastem
