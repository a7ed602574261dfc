#include "imaging/mode_fit.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "random_model.hpp"

namespace elastem {
namespace {

TEST(ModeFit, WhatTheModesMadeTheyTell) {
  const ElasticModel model = random_model(11, 100, 3, 1.5, 8);  // modes that are not orthogonal
  const Eigen::Vector3d q(30, -12, 5);
  const ModeFit fit = fit_modes(model, model.deformed(q));
  // Solving the normal equations of three random unit vectors of 300 entries, nearly orthogonal.
  const double tolerance = 300 * std::numeric_limits<double>::epsilon() * q.norm();
  EXPECT_LE((fit.amplitudes - q).norm(), tolerance);
  EXPECT_LE(fit.rmsd, tolerance);
}

TEST(ModeFit, WhatIsLeftOverIsPerpendicularToTheModes) {
  ElasticModel model = random_model(11, 100, 3, 1.5, 8);
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

TEST(ModeFit, OneFitterTellsOfManyConformations) {
  const ElasticModel model = random_model(11, 100, 3, 1.5, 8);
  const ModeFitter fitter(model);
  for (const Eigen::Vector3d& q : {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(30, -12, 5)}) {
    const ModeFit fit = fitter(model.deformed(q)), alone = fit_modes(model, model.deformed(q));
    EXPECT_EQ(fit.amplitudes, alone.amplitudes);
    EXPECT_EQ(fit.rmsd, alone.rmsd);
  }
}

TEST(ModeFit, FollowsCurvedMotion) {
  const ElasticModel model = turning(random_model(11, 100, 3, 1.5, 8), 11, 0.01);
  const Eigen::Vector3d q(30, -12, 5);
  const ModeFitter fitter(model);
  const Eigen::Matrix3Xd atoms = model.deformed(q);
  const ModeFit fit = fitter(atoms), near = fitter(atoms, q + Eigen::Vector3d(1, -1, 1));
  const double tolerance = 1e-8;  // Å: the last step of Gauss and Newton squares what was left of 10⁻⁴
  EXPECT_LE((fit.amplitudes - q).norm(), tolerance);
  EXPECT_LE((near.amplitudes - q).norm(), tolerance);
  EXPECT_LE(fit.rmsd, tolerance);
  // Of places that no amplitudes make the slope of the distance is zero.
  const Eigen::Matrix3Xd other = atoms + 0.3 * random_model(12, 100, 0, 1.5, 1).positions;
  const ModeFit best = fitter(other);
  const Eigen::MatrixXd left = other - model.deformed(best.amplitudes);
  const Eigen::VectorXd slope = model.slopes(best.amplitudes).transpose() * left.reshaped();
  EXPECT_LE(slope.norm(), 1e-7 * left.norm());
  EXPECT_NEAR(best.rmsd, left.norm() / 10, 1e-12);  // 100 atoms
}

TEST(ModeFit, RefusesOtherAtoms) {
  const ElasticModel model = random_model(11, 100, 3, 1.5, 8);
  EXPECT_THROW(fit_modes(model, model.positions.leftCols(99)), Bug);
}

}  // namespace
}  // namespace elastem
