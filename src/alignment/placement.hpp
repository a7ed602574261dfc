#pragma once

#include <Eigen/Core>

namespace elastem {

/// Where the model stands in one image: a point of the K+5 parameters, and of the defocus where it is fitted.
struct Placement {
  Eigen::VectorXd amplitudes;                              ///< K, Å
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();  ///< R of r' = R·r
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();         ///< Å
  double defocus_change = 0;                               ///< Å, added to both defoci
};

/// The placement after a step in (amplitudes, rotation increment in radians, shift[, defocus]).
Placement moved(const Placement& from, const Eigen::VectorXd& step);

/// The step of `size` K+5 or K+6 that takes one placement to another.
Eigen::VectorXd step_between(const Placement& from, const Placement& to, Eigen::Index size);

}  // namespace elastem
