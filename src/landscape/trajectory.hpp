#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/row_slices.hpp"
#include "landscape/distribution.hpp"

namespace elastem {

/// One step along the first principal component.
struct TrajectoryFrame {
  std::int64_t count = 0;      ///< particles it stands for
  double coordinate = 0;       ///< mean first component of those in the middle, Å
  Eigen::VectorXd amplitudes;  ///< mean of those particles, Å
};

/// The path of the conformations along the first component: the particles are cut at its quantiles into
/// groups of equal size, and each frame is the mean of those in the middle of a group, within `reach` (Å) of
/// its median. Unlike a straight line along the component, the path follows a bent distribution; and no frame
/// lies in a gap between particles, as the mean of a group on both sides of it would. Sums are kept by slices
/// of the rows, as in AmplitudeMoments.
class Trajectory {
 public:
  /// `histogram` holds the first components of all particles, added over ranks.
  Trajectory(int frames, double reach, const Histogram& histogram, Eigen::Index mode_count,
             std::int64_t rows);
  void add(std::int64_t row, double coordinate, const Eigen::VectorXd& amplitudes);
  std::span<double> sums() { return sums_; }
  /// In ascending order of the component; groups without a particle are left out.
  std::vector<TrajectoryFrame> frames() const;

 private:
  Eigen::Index modes_;
  Eigen::Index stride_;
  double reach_;
  std::vector<double> cuts_, medians_;
  RowSlices slices_;
  int slice_ = 0;
  std::vector<double> sums_;  // a slice and a frame: all, those in the middle, coordinate, K amplitudes
};

}  // namespace elastem
