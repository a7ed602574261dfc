#include "synthesis/mode_fit.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "small_recipe.hpp"

namespace elastem {
namespace {

TEST(ModeFit, WhatTheModesMadeTheyTell) {
  const ElasticModel model = small_model();  // modes that are not orthogonal
  const Eigen::Vector3d q(30, -12, 5);
  const ModeFit fit = fit_modes(model, model.deformed(q));
  // Solving the normal equations of three random unit vectors of 300 entries, nearly orthogonal.
  const double tolerance = 300 * std::numeric_limits<double>::epsilon() * q.norm();
  EXPECT_LE((fit.amplitudes - q).norm(), tolerance);
  EXPECT_LE(fit.rmsd, tolerance);
}

TEST(ModeFit, WhatIsLeftOverIsPerpendicularToTheModes) {
  ElasticModel model = small_model();
  Eigen::Matrix3Xd other = model.modes.back();
  model.modes.pop_back();
  for (int k = 0; k < 2; ++k) {  // Gram and Schmidt: first the modes to each other, then the rest to both
    for (int j = 0; j < k; ++j)
      model.modes[1] -= model.modes[0].cwiseProduct(model.modes[1]).sum() * model.modes[0];
    model.modes[static_cast<std::size_t>(k)].normalize();
  }
  for (const auto& mode : model.modes) other -= mode.cwiseProduct(other).sum() * mode;
  other.normalize();
  const Eigen::Vector2d q(10, 20);
  const ModeFit fit = fit_modes(model, model.deformed(q) + 40 * other);
  const double tolerance = 300 * std::numeric_limits<double>::epsilon() * 40;
  EXPECT_LE((fit.amplitudes - q).norm(), tolerance);
  EXPECT_NEAR(fit.rmsd, 40 / std::sqrt(100.0), tolerance);  // 100 atoms
}

}  // namespace
}  // namespace elastem
