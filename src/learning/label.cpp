#include "learning/label.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Geometry>

#include "core/error.hpp"
#include "core/units.hpp"

namespace elastem {

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

void encode_label(const Label& label, const LabelScaling& scaling, std::span<float> target) {
  const std::size_t k_count = scaling.amplitude_mean.size();
  require(target.size() == k_count + pose_targets, "a target holds K + 11 numbers");
  for (std::size_t k = 0; k < k_count; ++k)
    target[k] =
        static_cast<float>((label.amplitudes[static_cast<Eigen::Index>(k)] - scaling.amplitude_mean[k]) /
                           scaling.amplitude_sd[k]);
  for (int i = 0; i < 9; ++i)
    target[k_count + static_cast<std::size_t>(i)] = static_cast<float>(label.rotation(i / 3, i % 3));
  target[k_count + 9] = static_cast<float>(label.shift.x() / scaling.shift_sd);
  target[k_count + 10] = static_cast<float>(label.shift.y() / scaling.shift_sd);
}

Answer decode_answer(std::span<const float> output, const LabelScaling& scaling) {
  const std::size_t k_count = scaling.amplitude_mean.size();
  require(output.size() == k_count + pose_outputs, "an output holds amplitudes, shift and components");
  Answer answer;
  answer.amplitudes.resize(static_cast<Eigen::Index>(k_count));
  for (std::size_t k = 0; k < k_count; ++k)
    answer.amplitudes[static_cast<Eigen::Index>(k)] =
        scaling.amplitude_mean[k] + scaling.amplitude_sd[k] * static_cast<double>(output[k]);
  answer.shift = scaling.shift_sd * Eigen::Vector2d(output[k_count], output[k_count + 1]);
  answer.components.resize(component_count);
  std::size_t at = k_count + 2;
  for (PoseComponent& component : answer.components) {
    const Eigen::Vector3d a(output[at], output[at + 1], output[at + 2]);
    const Eigen::Vector3d b(output[at + 3], output[at + 4], output[at + 5]);
    component = {rotation_from_6d(a, b), output[at + 9], output[at + 10]};
    at += 11;
  }
  return answer;
}

double log_peak_density(double concentration) {
  // c(κ) = e^κ·(I₀(2κ) − I₁(2κ)), so 3κ − log c = −log[e^{−2κ}(I₀(2κ) − I₁(2κ))]. κ is at most 100.
  const double x = 2 * concentration;
  return -std::log(std::exp(-x) * (std::cyl_bessel_i(0.0, x) - std::cyl_bessel_i(1.0, x)));
}

double log_density(std::span<const PoseComponent> mixture, const Eigen::Matrix3d& rotation) {
  std::vector<double> terms;
  for (const PoseComponent& m : mixture) {
    const double trace = (m.rotation.transpose() * rotation).trace();
    terms.push_back(std::log(m.weight) + log_peak_density(m.concentration) + m.concentration * (trace - 3));
  }
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
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
