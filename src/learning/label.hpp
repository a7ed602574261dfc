#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// What the network learns of one image.
struct Label {
  Eigen::VectorXd amplitudes;                              ///< K, Å
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();  ///< r' = R·r, projected along z'
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();         ///< (x, y) in Å
};

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

/// What a target holds beside the K scaled amplitudes: the rotation matrix row by row, 2 scaled shifts.
inline constexpr std::size_t pose_targets = 11;

/// Writes a label as K + 11 numbers: K scaled amplitudes, the rotation matrix row by row, 2 scaled shifts.
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
  Eigen::VectorXd amplitudes;                       ///< K, Å
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();  ///< (x, y) in Å
  std::vector<PoseComponent> components;
};

/// Numbers of an output beside the K scaled amplitudes: 2 scaled shifts and for each component the rotation
/// row by row, w and κ.
inline constexpr std::size_t pose_outputs = 2 + component_count * 11;

/// The answer that K + pose_outputs numbers stand for; rotations are made orthonormal again in double
/// precision.
Answer decode_answer(std::span<const float> output, const LabelScaling& scaling);

/// log of the density of a rotation under a mixture, relative to the uniform one:
/// log Σ_m w_m·exp(κ_m·tr(R_mᵀR))/c(κ_m), c(κ) = ∫ exp(κ·tr R) dR = e^κ·(I₀(2κ) − I₁(2κ)) (isotropic Langevin
/// or matrix Fisher distribution; Downs 1972).
double log_density(std::span<const PoseComponent> mixture, const Eigen::Matrix3d& rotation);
/// log exp(3κ)/c(κ): the density of one component at its centre.
double log_peak_density(double concentration);

/// The rotation matrix whose first two rows span what `a` and `b` span, the first along `a`:
/// x = a/|a|, y = (b − (x·b)x)/|…|, z = x × y (6-D representation of Zhou et al. 2019,
/// doi:10.1109/CVPR.2019.00589).
Eigen::Matrix3d rotation_from_6d(const Eigen::Vector3d& a, const Eigen::Vector3d& b);

/// The left increment in degrees (about image x, y and the view axis) that takes `from` to `to`:
/// to = exp([ω]×)·from.
Eigen::Vector3d rotation_vector(const Eigen::Matrix3d& from, const Eigen::Matrix3d& to);

}  // namespace elastem
