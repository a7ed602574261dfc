#include "alignment/placement.hpp"

#include <Eigen/Geometry>

#include "core/error.hpp"
#include "imaging/pose.hpp"

namespace elastem {

Placement moved(const Placement& from, const Eigen::VectorXd& step) {
  const Eigen::Index k = from.amplitudes.size();
  require(step.size() == k + 5 || step.size() == k + 6, "one step a parameter");
  Placement to;
  to.amplitudes = from.amplitudes + step.head(k);
  to.rotation = rotation_increment(step.segment<3>(k)) * from.rotation;
  to.shift = from.shift + step.segment<2>(k + 3);
  to.defocus_change = from.defocus_change + (step.size() > k + 5 ? step[k + 5] : 0);
  return to;
}

Eigen::VectorXd step_between(const Placement& from, const Placement& to, Eigen::Index size) {
  const Eigen::Index k = from.amplitudes.size();
  require(size == k + 5 || size == k + 6, "one step a parameter");
  Eigen::VectorXd step(size);
  step.head(k) = to.amplitudes - from.amplitudes;
  const Eigen::AngleAxisd turn(Eigen::Matrix3d(to.rotation * from.rotation.transpose()));
  step.segment<3>(k) = turn.angle() * turn.axis();
  step.segment<2>(k + 3) = to.shift - from.shift;
  if (size > k + 5) step[k + 5] = to.defocus_change - from.defocus_change;
  return step;
}

}  // namespace elastem
