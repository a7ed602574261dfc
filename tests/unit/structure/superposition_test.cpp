#include "structure/superposition.hpp"

#include <cmath>
#include <limits>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

Eigen::Matrix3Xd cloud() {
  Eigen::Matrix3Xd r(3, 6);
  r << 1, -2, 3, 0, 5, 2,  //
      4, 1, -1, 2, 0, -7,  //
      0, 3, 2, -5, 1, 1;
  return r;
}

// Rounding of a few dozen operations on coordinates of size 10.
constexpr double rounding = 100 * 10 * std::numeric_limits<double>::epsilon();

TEST(Superposition, RecoversARigidMotion) {
  RigidMotion motion;
  motion.rotation = Eigen::AngleAxisd(2.1, Eigen::Vector3d(1, -2, 0.5).normalized()).toRotationMatrix();
  motion.translation = {5, -6, 7};
  const RigidMotion found = superposition(cloud(), motion(cloud()));
  EXPECT_LT((found.rotation - motion.rotation).norm(), rounding);
  EXPECT_LT((found.translation - motion.translation).norm(), rounding);
  EXPECT_LT(rmsd(found(cloud()), motion(cloud())), rounding);
}

TEST(Superposition, NeverMirrors) {
  Eigen::Matrix3Xd mirrored = cloud();
  mirrored.row(2) *= -1;
  const RigidMotion found = superposition(cloud(), mirrored);
  EXPECT_NEAR(found.rotation.determinant(), 1, rounding);
  EXPECT_GT(rmsd(found(cloud()), mirrored), 0.1);
}

TEST(Superposition, IsTheBestOfNearbyRotations) {
  Eigen::Matrix3Xd distorted = cloud();
  distorted(0, 0) += 1;
  distorted(2, 3) -= 2;
  const RigidMotion best = superposition(cloud(), distorted);
  const double least = rmsd(best(cloud()), distorted);
  const Eigen::Vector3d centre = distorted.rowwise().mean();
  for (const Eigen::Vector3d& axis :
       {Eigen::Vector3d(1, 0, 0), Eigen::Vector3d(0, 1, 0), Eigen::Vector3d(0, 0, 1)})
    for (const double angle : {-0.01, 0.01}) {
      const Eigen::Matrix3d turn = Eigen::AngleAxisd(angle, axis).toRotationMatrix();
      const Eigen::Matrix3Xd turned = (turn * (best(cloud()).colwise() - centre)).colwise() + centre;
      EXPECT_GT(rmsd(turned, distorted), least);
    }
}

TEST(Rmsd, IsTheRootOfTheMeanSquaredDistance) {
  Eigen::Matrix3Xd moved = cloud();
  moved.col(2) += Eigen::Vector3d(3, 4, 0);
  EXPECT_NEAR(rmsd(cloud(), moved), 5 / std::sqrt(6.0), rounding);
  EXPECT_THROW(rmsd(cloud(), moved.leftCols(5)), Error);
}

TEST(Centre, MovesTheCentreOfMassToTheOrigin) {
  Structure structure;
  structure.positions = cloud().leftCols(2);
  structure.atoms = {Atom{.mass = 1}, Atom{.mass = 3}};
  const Eigen::Vector3d offset = centre(structure);
  EXPECT_LT((offset - Eigen::Vector3d(-1.25, 1.75, 2.25)).norm(), rounding);
  EXPECT_LT(centre_of_mass(structure).norm(), rounding);
}

}  // namespace
}  // namespace elastem
