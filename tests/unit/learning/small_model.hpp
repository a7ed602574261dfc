#pragma once

#include <cmath>

#include "core/random.hpp"
#include "imaging/elastic_model.hpp"
#include "learning/label.hpp"

namespace elastem::test {

/// Eleven atoms without symmetry and two modes of unit norm.
inline ElasticModel small_model() {
  constexpr Eigen::Index n = 11;
  ElasticModel model;
  model.positions.resize(3, n);
  model.weights.resize(n);
  std::vector<Eigen::Matrix3Xd> modes(2, Eigen::Matrix3Xd(3, n));
  Random random(3, Stream::conformation, 0);
  for (Eigen::Index a = 0; a < n; ++a) {
    const auto t = static_cast<double>(a);
    model.positions.col(a) << 12 * std::cos(t), 9 * std::sin(1.3 * t) + t, 2.5 * t - 12;
    model.weights[a] = 5 + t;
    for (auto& mode : modes) mode.col(a) << random.normal(), random.normal(), random.normal();
  }
  for (const auto& mode : modes) model.modes.push_back(mode / mode.norm());
  model.mode_numbers = {7, 8};
  model.kinds = {{{1.0, 3}}};
  return model;
}

inline Label random_label(std::uint64_t index) {
  Random random(17, Stream::orientation, index);
  Label label;
  label.amplitudes.resize(2);
  for (double& q : label.amplitudes) q = random.uniform(-10, 10);
  const Eigen::Vector3d a(random.normal(), random.normal(), random.normal());
  const Eigen::Vector3d b(random.normal(), random.normal(), random.normal());
  label.rotation = rotation_from_6d(a, b);
  label.shift = {random.uniform(-6, 6), random.uniform(-6, 6)};
  return label;
}

}  // namespace elastem::test
