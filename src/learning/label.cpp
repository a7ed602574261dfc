#include "learning/label.hpp"

#include <cmath>
#include <numbers>

#include <Eigen/Geometry>

#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

/// From here on the asymptotic series below is exact to rounding, and I₀ and I₁ nearly cancel.
constexpr double asymptotic_from = 200;

/// e^{−x}·(I₀(x) − I₁(x)) for large x by the series e^{−x}·I_ν(x) = Σ_k (−1)^k·a_k(ν)/(x^k·√(2πx)),
/// a_k(ν) = (4ν² − 1)(4ν² − 9)…(4ν² − (2k − 1)²)/(k!·8^k); the terms of k = 0 cancel exactly.
double scaled_bessel_difference(double x) {
  constexpr int last_term = 8;
  double of_0 = 1, of_1 = 1, sum = 0;
  for (int k = 1; k <= last_term; ++k) {
    const double odd = 2 * k - 1, step = -1 / (8 * k * x);
    of_0 *= (0 - odd * odd) * step;
    of_1 *= (4 - odd * odd) * step;
    sum += of_0 - of_1;
  }
  return sum / std::sqrt(2 * std::numbers::pi * x);
}

}  // namespace

void LabelMoments::add(const Label& label) {
  const auto k_count = static_cast<std::size_t>(label.amplitudes.size());
  require(sums_.size() == 2 * k_count + 2, "a label has another number of amplitudes");
  sums_[0] += 1;
  sums_[1] += label.shift.squaredNorm();
  for (std::size_t k = 0; k < k_count; ++k) {
    const double q = label.amplitudes[static_cast<Eigen::Index>(k)];
    sums_[2 + k] += q;
    sums_[2 + k_count + k] += q * q;
  }
}

LabelScaling LabelMoments::scaling() const {
  require(count() > 0, "no label was added");
  const auto usable = [](double variance) { return variance > 1e-6 ? std::sqrt(variance) : 1.0; };
  const std::size_t k_count = (sums_.size() - 2) / 2;
  LabelScaling scaling;
  for (std::size_t k = 0; k < k_count; ++k) {
    const double mean = sums_[2 + k] / count();
    scaling.amplitude_mean.push_back(mean);
    scaling.amplitude_sd.push_back(usable(sums_[2 + k_count + k] / count() - mean * mean));
  }
  scaling.shift_sd = usable(sums_[1] / (2 * count()));
  return scaling;
}

Label label_of(const ParticleResult& row) {
  Label label;
  label.amplitudes = row.amplitudes;
  label.rotation = rotation_matrix(row.pose());
  label.shift = row.shift;
  const Eigen::Index k = row.amplitudes.size();
  const Eigen::VectorXd& errors = row.standard_errors;
  if (!row.fit || errors.size() != k + 5 || !errors.allFinite()) return label;
  label.errors = {errors.head(k), std::sqrt(errors.segment<3>(k).squaredNorm() / 3),
                  std::sqrt(errors.tail<2>().squaredNorm() / 2)};
  return label;
}

void encode_label(const Label& label, const LabelScaling& scaling, std::span<float> target) {
  const std::size_t k_count = scaling.amplitude_mean.size();
  require(target.size() == target_count(k_count), "a target holds 2K + 13 numbers");
  const bool exact = label.errors.amplitudes.size() == 0;
  for (std::size_t k = 0; k < k_count; ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    target[k] =
        static_cast<float>((label.amplitudes[row] - scaling.amplitude_mean[k]) / scaling.amplitude_sd[k]);
    target[k_count + k] =
        exact ? 0.0F : static_cast<float>(label.errors.amplitudes[row] / scaling.amplitude_sd[k]);
  }
  const auto pose = target.subspan(2 * k_count);
  for (std::size_t i = 0; i < 9; ++i)
    pose[i] = static_cast<float>(
        label.rotation(static_cast<Eigen::Index>(i / 3), static_cast<Eigen::Index>(i % 3)));
  pose[9] = static_cast<float>(label.errors.rotation * radians_per_degree);
  pose[10] = static_cast<float>(label.shift.x() / scaling.shift_sd);
  pose[11] = static_cast<float>(label.shift.y() / scaling.shift_sd);
  pose[12] = static_cast<float>(label.errors.shift / scaling.shift_sd);
}

Answer decode_answer(std::span<const float> output, const LabelScaling& scaling) {
  const std::size_t k_count = scaling.amplitude_mean.size();
  require(output.size() == output_count(k_count), "an output holds amplitudes, shift and components");
  Answer answer;
  answer.amplitudes.resize(static_cast<Eigen::Index>(k_count));
  answer.amplitude_errors.resize(static_cast<Eigen::Index>(k_count));
  for (std::size_t k = 0; k < k_count; ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    answer.amplitudes[row] =
        scaling.amplitude_mean[k] + scaling.amplitude_sd[k] * static_cast<double>(output[k]);
    answer.amplitude_errors[row] = scaling.amplitude_sd[k] * static_cast<double>(output[k_count + k]);
  }
  const auto shifts = output.subspan(2 * k_count);
  answer.shift = scaling.shift_sd * Eigen::Vector2d(shifts[0], shifts[1]);
  answer.shift_errors = scaling.shift_sd * Eigen::Vector2d(shifts[2], shifts[3]);
  answer.components.resize(component_count);
  std::size_t at = 2 * k_count + 4;
  for (PoseComponent& component : answer.components) {
    const Eigen::Vector3d a(output[at], output[at + 1], output[at + 2]);
    const Eigen::Vector3d b(output[at + 3], output[at + 4], output[at + 5]);
    component = {rotation_from_6d(a, b), output[at + 9], output[at + 10]};
    at += 11;
  }
  return answer;
}

double log_peak_density(double concentration) {
  // c(κ) = e^κ·(I₀(2κ) − I₁(2κ)), so 3κ − log c = −log[e^{−2κ}(I₀(2κ) − I₁(2κ))].
  const double x = 2 * concentration;
  if (x > asymptotic_from) return -std::log(scaled_bessel_difference(x));
  return -std::log(std::exp(-x) * (std::cyl_bessel_i(0.0, x) - std::cyl_bessel_i(1.0, x)));
}

Eigen::Matrix3d rotation_from_6d(const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
  const Eigen::Vector3d x = a.normalized();
  const Eigen::Vector3d y = (b - x.dot(b) * x).normalized();
  Eigen::Matrix3d rotation;
  rotation.row(0) = x;
  rotation.row(1) = y;
  rotation.row(2) = x.cross(y);
  return rotation;
}

Eigen::Vector3d rotation_vector(const Eigen::Matrix3d& from, const Eigen::Matrix3d& to) {
  const Eigen::AngleAxisd increment(Eigen::Matrix3d(to * from.transpose()));
  return increment.angle() * degrees_per_radian * increment.axis();
}

}  // namespace elastem
