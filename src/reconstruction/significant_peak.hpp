#pragma once

#include <Eigen/Core>

namespace elastem {

/// A place where a map is far from 0.
struct SignificantPeak {
  double value = 0;       ///< standard deviations of the noise there; negative: less than nothing
  Eigen::Vector3d place;  ///< Å from the centre of the box
};

}  // namespace elastem
