#pragma once

#include <Eigen/Core>

namespace elastem {

/// What each of `cells` cells of an axis gives to every one under a Gaussian of `sigma` cells: rows of sum 1,
/// so that nothing leaves the axis. Values along the axis are blurred as kernelᵀ·values.
Eigen::MatrixXd blur_kernel(Eigen::Index cells, double sigma);

}  // namespace elastem
