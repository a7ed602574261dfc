#pragma once

#include <Eigen/Core>

namespace elastem {

/// How far the amplitudes of a mode depend on the direction of view.
struct PoseLeakage {
  double share = 0;  ///< of their variance that views explain, less what chance explains; at least 0
  double z = 0;      ///< standard deviations of chance
};

/// From amplitudes (M), their weights, such as 1/(V + C_i), and the unit vectors of the views (3×M): a
/// weighted regression on a constant and the spherical harmonics of degree 1 and 2, eight of them. R² of M
/// amplitudes that do not depend on the view has M·R² of about χ²₈. What errors in the amplitudes themselves
/// depend on the view, such as larger ones, does not count. At least 20 amplitudes. A pure function.
PoseLeakage pose_leakage(const Eigen::VectorXd& amplitudes, const Eigen::VectorXd& weights,
                         const Eigen::Matrix3Xd& views);

}  // namespace elastem
