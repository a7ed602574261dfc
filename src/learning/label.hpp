#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "imaging/particle.hpp"

namespace elastem {

/// Standard errors of a label, which stay what they are when the image is turned or mirrored.
struct LabelErrors {
  Eigen::VectorXd amplitudes;  ///< K, Å; empty: 0
  double rotation = 0;         ///< degrees, root mean square about three axes
  double shift = 0;            ///< Å, root mean square of x and y
};

/// What the network learns of one image.
struct Label {
  Eigen::VectorXd amplitudes;                              ///< K, Å
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();  ///< r' = R·r, projected along z'
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();         ///< (x, y) in Å
  LabelErrors errors = {};
};

/// The label that a row of a result table stands for, with its standard errors where it is an alignment's
/// (a truth has those of an estimate at best, and is exact).
Label label_of(const ParticleResult& row);

/// How labels become numbers of order 1: (q_k − mean_k)/sd_k and shift/shift_sd. Stored in the checkpoint.
struct LabelScaling {
  std::vector<double> amplitude_mean, amplitude_sd;  ///< Å, K values each
  double shift_sd = 1;                               ///< Å

  bool operator==(const LabelScaling&) const = default;
};

/// Sums from which a scaling follows; those of several ranks add up.
class LabelMoments {
 public:
  explicit LabelMoments(std::size_t amplitude_count) : sums_(2 * amplitude_count + 2, 0.0) {}
  void add(const Label& label);
  /// The raw sums, for a reduction over ranks: count, Σ|shift|², Σq_k, Σq_k².
  std::span<double> sums() { return sums_; }
  double count() const { return sums_[0]; }
  /// Mean and standard deviation of each amplitude, and the root mean square of a shift component. A spread
  /// below 10⁻³ Å (all labels equal) counts as 1 Å, so that scaling never divides by zero.
  LabelScaling scaling() const;

 private:
  std::vector<double> sums_;
};

/// Numbers that a label is for the network.
constexpr std::size_t target_count(std::size_t amplitudes) {
  return 2 * amplitudes + 13;
}

/// Writes a label as target_count(K) numbers: K scaled amplitudes and their K scaled errors, the rotation
/// matrix row by row and its error in radians, 2 scaled shifts and their scaled error.
void encode_label(const Label& label, const LabelScaling& scaling, std::span<float> target);

/// One orientation that an image may have, with the density w·exp(κ·tr(RₘᵀR))/c(κ) about it.
struct PoseComponent {
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
  double weight = 0;         ///< w; those of an answer add up to 1
  double concentration = 0;  ///< κ; about √(1/2κ) radians of spread along each axis
};

/// Orientations a network offers for an image: many images, seen at low resolution, look like several.
inline constexpr std::size_t component_count = 16;

/// What a network says of one image, in the units of a label.
struct Answer {
  Eigen::VectorXd amplitudes;                              ///< K, Å
  Eigen::VectorXd amplitude_errors;                        ///< K, Å: mean absolute errors it expects
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();         ///< (x, y) in Å
  Eigen::Vector2d shift_errors = Eigen::Vector2d::Zero();  ///< Å: mean absolute errors it expects
  std::vector<PoseComponent> components;
};

/// Numbers of an output: K scaled amplitudes, their expected errors, 2 scaled shifts, their expected errors,
/// and for each component the rotation row by row, w and κ.
constexpr std::size_t output_count(std::size_t amplitudes) {
  return 2 * amplitudes + 4 + component_count * 11;
}

/// The answer that output_count(K) numbers stand for; rotations are made orthonormal again in double
/// precision.
Answer decode_answer(std::span<const float> output, const LabelScaling& scaling);

/// log exp(3κ)/c(κ): the density, relative to the uniform one, of a component of concentration κ at its
/// centre. About the centre R₁ it is exp(κ·tr(R₁ᵀR))/c(κ), c(κ) = ∫ exp(κ·tr R) dR = e^κ·(I₀(2κ) − I₁(2κ))
/// (isotropic Langevin or matrix Fisher distribution; Downs 1972).
double log_peak_density(double concentration);

/// The rotation matrix whose first two rows span what `a` and `b` span, the first along `a`:
/// x = a/|a|, y = (b − (x·b)x)/|…|, z = x × y (6-D representation of Zhou et al. 2019,
/// doi:10.1109/CVPR.2019.00589).
Eigen::Matrix3d rotation_from_6d(const Eigen::Vector3d& a, const Eigen::Vector3d& b);

/// The left increment in degrees (about image x, y and the view axis) that takes `from` to `to`:
/// to = exp([ω]×)·from.
Eigen::Vector3d rotation_vector(const Eigen::Matrix3d& from, const Eigen::Matrix3d& to);

}  // namespace elastem
