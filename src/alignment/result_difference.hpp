#pragma once

#include <utility>
#include <vector>

#include <Eigen/Core>

#include "imaging/particle.hpp"

namespace elastem {

/// Whether a standard error says something: finite and above 0.
bool is_spread(double sigma);

/// The left increment ω in degrees that takes one orientation to another: to = exp([ω]×)·from.
Eigen::Vector3d rotation_difference(const Eigen::Matrix3d& to, const Eigen::Matrix3d& from);

/// The modes that two tables have in common.
struct CommonModes {
  std::vector<int> numbers;
  std::vector<std::pair<Eigen::Index, Eigen::Index>> places;  ///< in the first and in the second table

  static CommonModes of(const std::vector<int>& first, const std::vector<int>& second);
};

/// How far a second result of an image lies from a first one.
struct ResultDifference {
  double orientation = 0;      ///< degrees, angle of the whole rotation between the two
  double direction = 0;        ///< degrees between the viewing directions
  double in_plane = 0;         ///< degrees, 0 … 180: what is left of the rotation about the view axis
  double shift = 0;            ///< Å, distance
  double score = 0;            ///< second − first
  Eigen::VectorXd amplitudes;  ///< Å, second − first, of the common modes
  /// The same over √(σ₁² + σ₂²); NaN where neither has a standard error.
  Eigen::VectorXd pulls;
  /// Root of the mean square of all differences (amplitudes, three rotations, two shifts) over √(σ₁² + σ₂²),
  /// or over 1 Å or degree where neither has a standard error.
  double distance = 0;
};

/// Both results are done. A pure function.
ResultDifference difference(const ParticleResult& first, const ParticleResult& second,
                            const CommonModes& modes);

}  // namespace elastem
