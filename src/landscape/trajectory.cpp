#include "landscape/trajectory.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace elastem {

Trajectory::Trajectory(int frames, double reach, const Histogram& histogram, Eigen::Index mode_count,
                       std::int64_t rows)
    : modes_(mode_count), stride_(3 + mode_count), reach_(reach), slices_{rows} {
  require(frames > 0 && mode_count > 0, "at least one frame and one mode");
  for (int frame = 1; frame < frames; ++frame)
    cuts_.push_back(histogram.quantile(static_cast<double>(frame) / frames));
  for (int frame = 0; frame < frames; ++frame) medians_.push_back(histogram.quantile((frame + 0.5) / frames));
  sums_.assign(static_cast<std::size_t>(stride_ * frames * RowSlices::count), 0.0);
}

void Trajectory::add(std::int64_t row, double coordinate, const Eigen::VectorXd& amplitudes) {
  require(amplitudes.size() == modes_, "as many amplitudes as modes");
  slice_ = slices_.slice_of(row, slice_);
  const auto frame = std::upper_bound(cuts_.begin(), cuts_.end(), coordinate) - cuts_.begin();
  const auto frame_count = static_cast<Eigen::Index>(cuts_.size()) + 1;
  double* place = &sums_[static_cast<std::size_t>((slice_ * frame_count + frame) * stride_)];
  place[0] += 1;
  if (std::abs(coordinate - medians_[static_cast<std::size_t>(frame)]) > reach_) return;
  place[1] += 1;
  place[2] += coordinate;
  Eigen::Map<Eigen::VectorXd>(place + 3, modes_) += amplitudes;
}

std::vector<TrajectoryFrame> Trajectory::frames() const {
  const auto frame_count = static_cast<Eigen::Index>(cuts_.size()) + 1;
  std::vector<TrajectoryFrame> answer;
  for (Eigen::Index frame = 0; frame < frame_count; ++frame) {
    Eigen::VectorXd total = Eigen::VectorXd::Zero(stride_);
    for (int slice = 0; slice < RowSlices::count; ++slice)
      total += Eigen::Map<const Eigen::VectorXd>(
          &sums_[static_cast<std::size_t>((slice * frame_count + frame) * stride_)], stride_);
    if (total[1] == 0) continue;
    answer.push_back(
        {static_cast<std::int64_t>(total[0]), total[2] / total[1], total.tail(modes_) / total[1]});
  }
  return answer;
}

}  // namespace elastem
