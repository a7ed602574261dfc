#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "landscape/profile.hpp"

namespace elastem {

/// The truth along one coordinate as two halves of the particles tell it, each by itself.
struct HalfAgreement {
  Profile first, second;
  double distance =
      0;              ///< Å: between their distributions (Wasserstein-1: the mean way from one to the other)
  double spread = 0;  ///< Å: the standard deviation of the truth, the mean of the halves'
};

/// Every second value is of the second half. `errors`: their standard errors. At least 40 values. A pure
/// function.
HalfAgreement half_agreement(const Eigen::VectorXd& values, const Eigen::VectorXd& errors);

}  // namespace elastem
