#include "alignment/rebased_model.hpp"

#include <gtest/gtest.h>

#include "synthetic_particle.hpp"

namespace elastem {
namespace {

// A third mode, and turns of the surroundings where motion is curved.
ElasticModel wide_model(bool curved) {
  ElasticModel model = bent_chain();
  const Eigen::Matrix3Xd x = model.positions / 30;
  Eigen::Matrix3Xd mode(3, x.cols());
  for (Eigen::Index a = 0; a < x.cols(); ++a) mode.col(a) << x(1, a), x(2, a) * x(2, a), x(0, a);
  model.modes.push_back(mode / mode.norm());
  model.mode_numbers.push_back(9);
  for (std::size_t k = 0; curved && k < model.modes.size(); ++k) {
    Eigen::Matrix3Xd turn(3, x.cols());
    for (Eigen::Index a = 0; a < x.cols(); ++a)
      turn.col(a) = 0.004 * Eigen::Vector3d(x(2, a), static_cast<double>(k) * x(0, a), x(1, a));
    model.rotations.emplace_back(turn);
  }
  return model;
}

MotionComponents components() {
  Eigen::MatrixXd root(3, 2);
  root << 40, 5, -20, 10, 30, 15;
  return MotionComponents::of(Eigen::Vector3d(60, -50, 30), root);
}

double distance(const RebasedModel& rebased, const ElasticModel& first, const Eigen::VectorXd& q) {
  return (rebased.model.deformed(q) - first.deformed(rebased.in_first(q))).norm();
}

TEST(RebasedModel, HasTheSameConformationsWhereMotionIsLinear) {
  const ElasticModel first = wide_model(false);
  const RebasedModel rebased = rebased_model(first, components());
  EXPECT_FALSE(rebased.model.curved());
  EXPECT_LT(distance(rebased, first, Eigen::Vector2d(30, -20)), 1e-9 * first.positions.norm());
}

TEST(RebasedModel, HasTheSameConformationsToFirstOrderWhereMotionIsCurved) {
  const ElasticModel first = wide_model(true);
  const RebasedModel rebased = rebased_model(first, components());
  ASSERT_TRUE(rebased.model.curved());
  const Eigen::Vector2d step(3, -2);
  EXPECT_LT(distance(rebased, first, Eigen::Vector2d::Zero()), 1e-9 * first.positions.norm());
  const double near = distance(rebased, first, step), far = distance(rebased, first, 2 * step);
  EXPECT_LT(near, 1e-3 * step.norm());
  EXPECT_LT(far, 4.5 * near);
}

TEST(RebasedModel, ModesAreOfUnitNormAndVariancesGoWithThem) {
  const MotionComponents given = components();
  for (const bool curved : {false, true}) {
    const RebasedModel rebased = rebased_model(wide_model(curved), given);
    EXPECT_EQ(rebased.model.mode_numbers, (std::vector<int>{7, 8}));
    for (Eigen::Index k = 0; k < 2; ++k) {
      EXPECT_NEAR(rebased.model.modes[static_cast<std::size_t>(k)].values().norm(), 1, 1e-12);
      EXPECT_NEAR(rebased.base.variances[k] * rebased.base.directions.col(k).squaredNorm(),
                  given.variances[k], 1e-9 * given.variances[k]);
      EXPECT_NEAR(rebased.model.eigenvalues[k] * rebased.base.variances[k],
                  rebased.model.eigenvalues[0] * rebased.base.variances[0], 1e-9 * given.variances[0]);
    }
  }
}

}  // namespace
}  // namespace elastem
