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

/// Numbers the network gives for an image: K scaled amplitudes, the rotation matrix row by row, 2 scaled
/// shifts.
inline constexpr std::size_t pose_outputs = 11;

/// Writes a label as K + 11 numbers in the order above.
void encode_label(const Label& label, const LabelScaling& scaling, std::span<float> target);
/// The label that the K + 11 numbers stand for; its rotation is made orthonormal again in double precision.
Label decode_label(std::span<const float> output, const LabelScaling& scaling);

/// The rotation matrix whose first two rows span what `a` and `b` span, the first along `a`:
/// x = a/|a|, y = (b − (x·b)x)/|…|, z = x × y (6-D representation of Zhou et al. 2019,
/// doi:10.1109/CVPR.2019.00589).
Eigen::Matrix3d rotation_from_6d(const Eigen::Vector3d& a, const Eigen::Vector3d& b);

/// The rotation nearest to the mean of `rotations` in the Frobenius norm (chordal mean, Moakher 2002): the
/// orthogonal factor of ΣR, by singular values. Throws Bug when the list is empty.
Eigen::Matrix3d mean_rotation(std::span<const Eigen::Matrix3d> rotations);

/// The left increment in degrees (about image x, y and the view axis) that takes `from` to `to`:
/// to = exp([ω]×)·from.
Eigen::Vector3d rotation_vector(const Eigen::Matrix3d& from, const Eigen::Matrix3d& to);

}  // namespace elastem
