#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"

namespace elastem {

/// Adds `weight` · N₃ of width `sigma` voxels about `centre` (voxels), cut at `cut` σ, to a cube of `size`³.
inline void add_gaussian(const Eigen::Array3d& centre, double weight, double sigma, double cut, int size,
                         std::vector<float>& density) {
  const auto side = static_cast<std::size_t>(size);
  const double norm = 1 / (std::sqrt(2 * std::numbers::pi) * sigma);
  std::array<std::vector<double>, 3> profile;
  std::array<int, 3> low{}, high{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double at = centre[static_cast<Eigen::Index>(axis)];
    low[axis] = std::max(0, static_cast<int>(std::ceil(at - cut * sigma)));
    high[axis] = std::min(size - 1, static_cast<int>(std::floor(at + cut * sigma)));
    for (int i = low[axis]; i <= high[axis]; ++i)
      profile[axis].push_back(norm * std::exp(-0.5 * std::pow((i - at) / sigma, 2)));
  }
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y) {
      const double line = weight * profile[2][static_cast<std::size_t>(z - low[2])] *
                          profile[1][static_cast<std::size_t>(y - low[1])];
      float* row = &density[(static_cast<std::size_t>(z) * side + static_cast<std::size_t>(y)) * side];
      for (int x = low[0]; x <= high[0]; ++x)
        row[x] += static_cast<float>(line * profile[0][static_cast<std::size_t>(x - low[0])]);
    }
}

/// The density of a model at `amplitudes`, sampled at voxel centres, in electrons per voxel:
///   ρ(r) = p³·Σ_a w_a·N₃(r; x_a, σ²), footprints cut at `cut` σ.
/// size³ values, z slowest; the origin is voxel ⌊S/2⌋ on all axes, so that the sum along z is the projection
/// at rot = tilt = psi = 0. Atoms outside the box are clipped.
inline std::vector<float> model_density(const ElasticModel& model, const Eigen::VectorXd& amplitudes,
                                        int size, double pixel_size, double cut = 5.0) {
  const auto side = static_cast<std::size_t>(size);
  std::vector<float> density(side * side * side, 0.0f);
  const Eigen::Matrix3Xd atoms = model.deformed(amplitudes);
  for (Eigen::Index a = 0; a < atoms.cols(); ++a) {
    const Eigen::Array3d centre = atoms.col(a).array() / pixel_size + size / 2;
    for (const GaussianTerm& term : model.kind(a))
      add_gaussian(centre, model.weights[a] * term.weight, term.sigma / pixel_size, cut, size, density);
  }
  return density;
}

}  // namespace elastem
