#include "modes/rigid_domains.hpp"

#include <cmath>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

// Three blocks of residues in a row, 40, 30 and 20 of them.
Structure three_blocks() {
  Structure structure;
  structure.positions.resize(3, 90);
  Random random(1, Stream::conformation, 0);
  for (int i = 0; i < 90; ++i) {
    const double centre = i < 40 ? 0 : i < 70 ? 25 : 50;
    structure.positions.col(i) = Eigen::Vector3d(centre, 0, 0) +
                                 5 * Eigen::Vector3d(random.normal(), random.normal(), random.normal());
    Atom atom;
    atom.name = "CA";
    atom.residue = atom.residue_number = i;
    structure.atoms.push_back(atom);
  }
  return structure;
}

Eigen::Vector3d turned(const Eigen::Vector3d& at, double degrees, const Eigen::Vector3d& axis,
                       const Eigen::Vector3d& point) {
  return Eigen::AngleAxisd(degrees * M_PI / 180, axis.normalized()) * (at - point) + point;
}

TEST(RigidDomains, AreFoundWithTheirHinges) {
  const Structure structure = three_blocks();
  Eigen::Matrix3Xd after = structure.positions;
  const Eigen::Vector3d axis(0, 1, 1), point(12, 3, 0);
  for (int i = 40; i < 70; ++i) after.col(i) = turned(after.col(i), 30, axis, point);
  for (int i = 70; i < 90; ++i) after.col(i) = turned(after.col(i), 60, Eigen::Vector3d::UnitZ(), {37, 0, 0});
  // The frame of the second conformation does not matter.
  const Eigen::Matrix3d frame =
      Eigen::AngleAxisd(1, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  after = (frame * after).colwise() + Eigen::Vector3d(7, 8, 9);
  const auto domains = rigid_domains(structure, structure.positions, after);
  ASSERT_EQ(domains.size(), 3U);
  // What lies near a hinge moves with either domain, within the tolerance of a fifth of the motion.
  EXPECT_NEAR(static_cast<double>(domains[0].residues.size()), 40, 4);
  EXPECT_NEAR(static_cast<double>(domains[1].residues.size()), 30, 4);
  EXPECT_NEAR(static_cast<double>(domains[2].residues.size()), 20, 4);
  EXPECT_FALSE(domains[0].hinge.has_value());
  const Screw& hinge = *domains[1].hinge;
  EXPECT_NEAR(hinge.angle, 30, 1);
  EXPECT_NEAR(hinge.shift, 0, 0.2);
  EXPECT_NEAR(std::abs(hinge.direction.dot(axis.normalized())), 1, 1e-3);
  EXPECT_LT(axis.normalized().cross(hinge.point - point).norm(), 1);  // a point of the axis
  EXPECT_NEAR(domains[2].hinge->angle, 60, 1);
}

TEST(RigidDomains, OfARigidMoleculeAreOne) {
  const Structure structure = three_blocks();
  const auto domains =
      rigid_domains(structure, structure.positions, structure.positions.colwise() + Eigen::Vector3d(1, 2, 3));
  ASSERT_EQ(domains.size(), 1U);
  EXPECT_EQ(domains[0].residues.size(), 90U);
  EXPECT_NEAR(domains[0].rmsd, 0, 1e-9);
}

}  // namespace
}  // namespace elastem
