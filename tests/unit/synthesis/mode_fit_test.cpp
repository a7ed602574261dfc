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
  // Gram and Schmidt: first the modes to each other, then the rest to both.
  Eigen::Matrix3Xd first = model.modes[0].values(), second = model.modes[1].values(),
                   other = model.modes[2].values();
  first.normalize();
  second -= first.cwiseProduct(second).sum() * first;
  second.normalize();
  for (const auto& mode : {first, second}) other -= mode.cwiseProduct(other).sum() * mode;
  other.normalize();
  model.modes = {first, second};
  const Eigen::Vector2d q(10, 20);
  const ModeFit fit = fit_modes(model, model.deformed(q) + 40 * other);
  const double tolerance = 300 * std::numeric_limits<double>::epsilon() * 40;
  EXPECT_LE((fit.amplitudes - q).norm(), tolerance);
  EXPECT_NEAR(fit.rmsd, 40 / std::sqrt(100.0), tolerance);  // 100 atoms
}

}  // namespace
}  // namespace elastem
