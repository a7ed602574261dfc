#pragma once

#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"

namespace elastem {

/// The density of a model at `amplitudes`, sampled at voxel centres, in electrons a voxel:
///   ρ(r) = p³·Σ_a w_a·N₃(r; x_a, σ²), footprints cut at `cut` σ.
/// size³ values, z slowest; the origin is voxel ⌊S/2⌋ on all axes, so that the sum along z is the projection
/// at rot = tilt = psi = 0. Throws nothing; atoms outside the box are clipped.
std::vector<float> model_density(const ElasticModel& model, const Eigen::VectorXd& amplitudes, int size,
                                 double pixel_size, double cut = 5.0);

}  // namespace elastem
