#include "alignment/result_difference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Geometry>

#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

// NaN where neither says something.
double combined(double first, double second) {
  const double squares = (is_spread(first) ? first * first : 0) + (is_spread(second) ? second * second : 0);
  return squares > 0 ? std::sqrt(squares) : std::numeric_limits<double>::quiet_NaN();
}

// The turn about the view axis in a rotation of an image's frame, after which the axis itself turns the
// shortest way.
double turn_about_view(const Eigen::Matrix3d& rotation) {
  const Eigen::Quaterniond q(rotation);
  if (q.w() == 0 && q.z() == 0) return 0;
  const double turn = 2 * std::atan2(q.z(), q.w()) * degrees_per_radian;
  return std::min(std::abs(turn), 360 - std::abs(turn));
}

}  // namespace

bool is_spread(double sigma) {
  return std::isfinite(sigma) && sigma > 0;
}

Eigen::Vector3d rotation_difference(const Eigen::Matrix3d& to, const Eigen::Matrix3d& from) {
  const Eigen::AngleAxisd increment(Eigen::Matrix3d(to * from.transpose()));
  return increment.axis() * (increment.angle() * degrees_per_radian);
}

CommonModes CommonModes::of(const std::vector<int>& first, const std::vector<int>& second) {
  CommonModes modes;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto at = std::ranges::find(second, first[i]) - second.begin();
    if (at == std::ssize(second)) continue;
    modes.numbers.push_back(first[i]);
    modes.places.emplace_back(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(at));
  }
  return modes;
}

ResultDifference difference(const ParticleResult& first, const ParticleResult& second,
                            const CommonModes& modes) {
  const Eigen::Matrix3d one = rotation_matrix(first.pose()), other = rotation_matrix(second.pose());
  const Eigen::Vector2d shift = second.shift - first.shift;
  const auto k = static_cast<Eigen::Index>(modes.places.size());
  ResultDifference found;
  found.orientation = rotation_distance(one, other);
  found.direction = direction_distance(one, other);
  found.in_plane = turn_about_view(other * one.transpose());
  found.shift = shift.norm();
  found.score = second.score - first.score;
  found.amplitudes.resize(k);
  found.pulls.resize(k);
  double squares = 0;
  const auto add = [&squares](double by, double error) {
    const double pull = by / (std::isnan(error) ? 1 : error);
    squares += pull * pull;
  };
  for (Eigen::Index m = 0; m < k; ++m) {
    const auto [a, b] = modes.places[static_cast<std::size_t>(m)];
    const double by = second.amplitudes[b] - first.amplitudes[a];
    const double error = combined(first.standard_errors[a], second.standard_errors[b]);
    found.amplitudes[m] = by;
    found.pulls[m] = by / error;
    add(by, error);
  }
  const Eigen::Vector3d turn = rotation_difference(other, one);
  const std::array pose = {turn[0], turn[1], turn[2], shift[0], shift[1]};
  for (std::size_t p = 0; p < pose.size(); ++p)
    add(pose[p], combined(first.standard_errors[first.amplitudes.size() + static_cast<Eigen::Index>(p)],
                          second.standard_errors[second.amplitudes.size() + static_cast<Eigen::Index>(p)]));
  found.distance = std::sqrt(squares / static_cast<double>(k + 5));
  return found;
}

}  // namespace elastem
