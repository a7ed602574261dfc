#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// The rotations that leave a symmetric molecule as it is, the identity first.
struct PointGroup {
  std::string name = "C1";
  std::vector<Eigen::Matrix3d> rotations{Eigen::Matrix3d::Identity()};

  int order() const { return static_cast<int>(rotations.size()); }
};

/// C1 … C99 about z; D1 … D99 about z with a twofold axis along x; T with a threefold axis along z and a
/// twofold one along (0, √2, 1); O about the axes of the map; I with twofold axes along them, the fivefold
/// one nearest to z in the plane xz (as I2), or I1, I3, I4: RELION's conventions. Upper or lower case. Throws
/// Error for any other name.
PointGroup point_group(const std::string& name);

}  // namespace elastem
