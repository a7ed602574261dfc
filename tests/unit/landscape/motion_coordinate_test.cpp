#include "landscape/motion_coordinate.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

// A chain of 12 residues that two modes move.
struct Molecule {
  Structure structure;
  ElasticModel model;
};

Molecule molecule(bool curved = false) {
  Molecule made;
  made.structure.positions.resize(3, 12);
  Random random(1, Stream::conformation, 0);
  for (int i = 0; i < 12; ++i) {
    made.structure.positions.col(i) = Eigen::Vector3d(3.8 * i, 4 * std::sin(i), 3 * std::cos(1.3 * i));
    Atom atom;
    atom.name = "CA";
    atom.element = "C";
    atom.residue_name = i == 5 ? "GLY" : "ALA";
    atom.chain = i < 8 ? "A" : "B";
    atom.residue = i;
    atom.residue_number = i + 1;
    made.structure.atoms.push_back(atom);
  }
  made.model.positions = made.structure.positions;
  made.model.weights = Eigen::VectorXd::Ones(12);
  for (int k = 0; k < 2; ++k) {
    Eigen::Matrix3Xd mode(3, 12), turn(3, 12);
    for (double& value : mode.reshaped()) value = random.normal();
    for (double& value : turn.reshaped()) value = 0.02 * random.normal();
    made.model.modes.emplace_back(Eigen::Matrix3Xd(mode / mode.norm()));
    if (curved) made.model.rotations.emplace_back(turn);
    made.model.mode_numbers.push_back(7 + k);
  }
  return made;
}

double distance(const Eigen::Matrix3Xd& atoms) {  // of residues 1-3 of A from those of B
  return (atoms.leftCols(3).rowwise().mean() - atoms.rightCols(4).rowwise().mean()).norm();
}

TEST(MotionCoordinate, IsTheDistanceOfTheCentres) {
  const Molecule m = molecule(true);
  const MotionCoordinate coordinate("distance(A/1-3, B)", m.structure, m.model);
  const Eigen::Vector2d q(4, -7);
  EXPECT_NEAR(coordinate.at(q, Eigen::Matrix2d::Identity()).value, distance(m.model.deformed(q)), 1e-9);
  EXPECT_EQ(coordinate.unit(), "Å");
}

TEST(MotionCoordinate, HasTheErrorOfTheAmplitudesToFirstOrder) {
  const Molecule m = molecule(true);
  const Eigen::Vector2d q(4, -7);
  Eigen::Matrix2d covariance;
  covariance << 4, 1, 1, 9;
  for (const std::string text : {"distance(A/1-3, B)", "angle(A/1-3, A/5, B)"}) {
    const MotionCoordinate coordinate(text, m.structure, m.model);
    Eigen::Vector2d slope;
    for (int k = 0; k < 2; ++k) {
      const Eigen::Vector2d step = 1e-4 * Eigen::Vector2d::Unit(k);
      slope[k] =
          (coordinate.at(q + step, covariance).value - coordinate.at(q - step, covariance).value) / 2e-4;
    }
    EXPECT_NEAR(coordinate.at(q, covariance).error, std::sqrt(slope.dot(covariance * slope)), 1e-4) << text;
  }
}

TEST(MotionCoordinate, IsTheAngleAtTheMiddleOne) {
  Molecule m = molecule();
  m.model.positions.col(0) = Eigen::Vector3d(10, 0, 0);
  m.model.positions.col(1) = Eigen::Vector3d(0, 0, 0);
  m.model.positions.col(2) = Eigen::Vector3d(0, 5, 0);
  const MotionCoordinate coordinate("angle(A/1, A/2, A/3)", m.structure, m.model);
  EXPECT_NEAR(coordinate.at(Eigen::Vector2d::Zero(), Eigen::Matrix2d::Identity()).value, 90, 1e-9);
  EXPECT_EQ(coordinate.unit(), "degrees");
}

TEST(MotionCoordinate, SelectsAtomsAsOthersDo) {
  const Molecule m = molecule();
  const auto value = [&](const std::string& text) {
    return MotionCoordinate(text, m.structure, m.model)
        .at(Eigen::Vector2d::Zero(), Eigen::Matrix2d::Identity())
        .value;
  };
  EXPECT_NEAR(value("distance(A/(GLY), B/12)"), (m.model.positions.col(5) - m.model.positions.col(11)).norm(),
              1e-9);
  EXPECT_NEAR(value("distance( A/6/CA ,*/12 )"), value("distance(A/(GLY), B/12)"), 1e-9);
  EXPECT_NEAR(value("distance(A/1-2+3, A+B/12)"), value("distance(A/1-3, B/12)"), 1e-9);
}

TEST(MotionCoordinate, RefusesWhatItCannotDo) {
  const Molecule m = molecule();
  const auto refusal = [&](const std::string& text) {
    return error_of([&] { MotionCoordinate(text, m.structure, m.model); });
  };
  EXPECT_THAT(refusal("length(A/1, A/2)"), HasSubstr("is no coordinate"));
  EXPECT_THAT(refusal("distance(A/1)"), HasSubstr("is no coordinate"));
  EXPECT_THAT(refusal("distance(A/1, C/1)"), HasSubstr("no atom of the model is in the selection \"C/1\""));
  EXPECT_THAT(refusal("distance(A/1, A/1x)"), HasSubstr("is no selection of atoms"));
  EXPECT_THAT(refusal("rmsd(missing.pdb)"), HasSubstr("missing.pdb"));
}

}  // namespace
}  // namespace elastem
