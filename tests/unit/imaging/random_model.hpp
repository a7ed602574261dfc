#pragma once

#include "core/random.hpp"
#include "core/units.hpp"
#include "imaging/elastic_model.hpp"
#include "imaging/pose.hpp"

namespace elastem {

/// A blob of atoms with random modes of unit norm: a different one for each seed.
inline ElasticModel random_model(std::uint64_t seed, Eigen::Index atoms, int modes, double sigma,
                                 double spread = 12) {
  Random random(seed, Stream::sampling, 0);
  ElasticModel model;
  model.positions.resize(3, atoms);
  for (auto& x : model.positions.reshaped()) x = spread * random.normal();
  model.positions.colwise() -= model.positions.rowwise().mean().eval();
  model.weights.resize(atoms);
  for (auto& w : model.weights) w = random.uniform(6, 16);
  model.kinds = {{{1.0, sigma}}};
  for (int k = 0; k < modes; ++k) {
    Eigen::Matrix3Xd mode(3, atoms);
    for (auto& x : mode.reshaped()) x = random.normal();
    model.modes.push_back(mode / mode.norm());
    model.mode_numbers.push_back(7 + k);
  }
  return model;
}

/// The same with curved motion: random turns of `turn` radians per Å of amplitude.
inline ElasticModel turning(ElasticModel model, std::uint64_t seed, double turn) {
  Random random(seed, Stream::sampling, 1);
  for (Eigen::Index k = 0; k < model.mode_count(); ++k) {
    Eigen::Matrix3Xd rotation(3, model.atom_count());
    for (auto& x : rotation.reshaped()) x = turn * random.normal();
    model.rotations.emplace_back(rotation);
  }
  return model;
}

inline Eigen::Matrix3d random_rotation(Random& random) {
  return rotation_matrix(random.uniform(-180, 180), std::acos(random.uniform(-1, 1)) * degrees_per_radian,
                         random.uniform(-180, 180));
}

}  // namespace elastem
