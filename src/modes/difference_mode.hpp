#pragma once

#include <Eigen/Core>

namespace elastem {

/// A motion from one conformation to another as a mode: the amplitude `length` moves every atom from its
/// place to where it is to be, exactly, along a line or, with rotations, along a circle or a screw (see
/// Twists).
struct DifferenceMode {
  Eigen::Matrix3Xd vector;    ///< unit norm over its 3N entries
  Eigen::Matrix3Xd rotation;  ///< radians per Å of amplitude; no columns where motion is linear
  double length = 0;          ///< Å
};

/// From `from` to `from + displacement`, 3×N in Å. `width` (Å): of the neighbourhoods whose best rotation,
/// weighted as in local_rotations, turns each atom (Kabsch 1976); 0: linear motion. Throws Bug when nothing
/// moves.
DifferenceMode difference_mode(const Eigen::Matrix3Xd& from, const Eigen::Matrix3Xd& displacement,
                               double width);

}  // namespace elastem
