#include "modes/difference_mode.hpp"

#include <cmath>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {
namespace {

// Two clouds of atoms.
Eigen::Matrix3Xd two_domains() {
  Eigen::Matrix3Xd atoms(3, 120);
  Random random(7, Stream::sampling, 0);
  for (Eigen::Index a = 0; a < atoms.cols(); ++a)
    for (double& x : atoms.col(a)) x = 8 * random.normal();
  atoms.rightCols(60).row(0).array() += 60;
  return atoms;
}

// The second domain turned by a large angle about a hinge between the two.
Eigen::Matrix3Xd turned(Eigen::Matrix3Xd atoms, double degrees) {
  const Eigen::Vector3d hinge(30, 0, 0);
  const Eigen::Matrix3d turn =
      Eigen::AngleAxisd(degrees * M_PI / 180, Eigen::Vector3d(0.2, 1, 0.4).normalized()).matrix();
  atoms.rightCols(60) = (turn * (atoms.rightCols(60).colwise() - hinge)).colwise() + hinge;
  return atoms;
}

ElasticModel model_of(const Eigen::Matrix3Xd& atoms, const DifferenceMode& mode) {
  ElasticModel model;
  model.positions = atoms;
  model.modes = {mode.vector};
  if (mode.rotation.cols() > 0) model.rotations = {mode.rotation};
  return model;
}

TEST(DifferenceMode, ReachesTheOtherConformationExactly) {
  const Eigen::Matrix3Xd atoms = two_domains(), there = turned(atoms, 70);
  for (const double width : {0.0, 10.0}) {
    const DifferenceMode mode = difference_mode(atoms, there - atoms, width);
    EXPECT_NEAR(mode.vector.norm(), 1, 1e-12);
    const auto reached = model_of(atoms, mode).deformed(Eigen::VectorXd::Constant(1, mode.length));
    EXPECT_LT((reached - there).cwiseAbs().maxCoeff(), 1e-9) << "width " << width;
  }
}

TEST(DifferenceMode, OnTheWayDomainsStayRigidWhereMotionIsCurved) {
  const Eigen::Matrix3Xd atoms = two_domains();
  const auto half_way = [&](double width) {
    const DifferenceMode mode = difference_mode(atoms, turned(atoms, 70) - atoms, width);
    return model_of(atoms, mode).deformed(Eigen::VectorXd::Constant(1, mode.length / 2));
  };
  const Eigen::Matrix3Xd right = turned(atoms, 35);
  EXPECT_LT((half_way(10) - right).colwise().norm().maxCoeff(), 1e-6);
  EXPECT_GT((half_way(0) - right).colwise().norm().maxCoeff(), 5);  // a chord cuts the arc
}

}  // namespace
}  // namespace elastem
