#pragma once

#include "core/random.hpp"
#include "imaging/elastic_model.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

// A hundred atoms in a ball of some 15 Å with three random modes.
inline ElasticModel small_model() {
  constexpr int atoms = 100;
  ElasticModel model;
  Random random(11, Stream::sampling, 0);
  const auto fill = [&](double scale) {
    return Eigen::Matrix3Xd::NullaryExpr(3, atoms, [&] { return scale * random.normal(); }).eval();
  };
  model.positions = fill(8);
  for (int k = 0; k < 3; ++k) {
    const Eigen::Matrix3Xd mode = fill(1);
    model.modes.push_back(mode / mode.norm());
    model.mode_numbers.push_back(7 + k);
  }
  model.weights = Eigen::VectorXd::Constant(atoms, 7);
  return model;
}

inline Recipe small_recipe() {
  Recipe recipe;
  recipe.amplitude = 20;
  recipe.grid = {32, 2.5};
  recipe.ctf.defocus_u = recipe.ctf.defocus_v = 5000;
  recipe.ctf.voltage_kv = 200;
  recipe.ctf.cs_mm = 2;
  return recipe;
}

}  // namespace elastem
