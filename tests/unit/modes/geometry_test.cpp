#include "modes/geometry.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace elastem {
namespace {

Atom atom(const char* name, const char* element, int residue) {
  return {.name = name, .element = element, .residue_name = "ALA", .chain = "A", .residue_number = residue};
}

// N, CA and C of an extended chain, near to the lengths of a real one.
Structure backbone(int residues) {
  Structure chain;
  chain.positions.resize(3, 3 * residues);
  for (int r = 0; r < residues; ++r) {
    const double flip = r % 2 == 0 ? 1 : -1;
    chain.atoms.insert(chain.atoms.end(),
                       {atom("N", "N", r + 1), atom("CA", "C", r + 1), atom("C", "C", r + 1)});
    chain.positions.col(3 * r) << 3.6 * r, 0.3 * flip, 0;
    chain.positions.col(3 * r + 1) << 3.6 * r + 1.2, 0.9 * flip, 0;
    chain.positions.col(3 * r + 2) << 3.6 * r + 2.4, 0.1 * flip, 0.2;
  }
  return chain;
}

TEST(Geometry, WhatIsRightIsLeftAsItIs) {
  const Structure chain = backbone(12);
  const Geometry geometry(chain);
  EXPECT_EQ(geometry.restored(chain.positions), chain.positions);
  const GeometryReport report = geometry.report(chain.positions);
  EXPECT_EQ(report.largest_bond_change, 0);
  EXPECT_EQ(report.clashes, 0);
  EXPECT_NEAR(report.shortest_trace, std::hypot(3.6, 1.8), 1e-9);
  EXPECT_NEAR(report.shortest_trace, report.longest_trace, 1e-9);
}

TEST(Geometry, TornBondsAreMendedWithoutMovingFar) {
  const Structure chain = backbone(10);
  const Geometry geometry(chain);
  Eigen::Matrix3Xd torn = chain.positions;
  torn.row(0) *= 1.15;
  torn.row(1) += 0.3 * (0.4 * torn.row(0)).array().sin().matrix();
  const GeometryReport before = geometry.report(torn);
  const Eigen::Matrix3Xd mended = geometry.restored(torn);
  const GeometryReport after = geometry.report(mended), input = geometry.report(chain.positions);
  EXPECT_GT(before.largest_bond_change, 0.15);
  EXPECT_LE(after.largest_bond_change, 0.01 * 1.6);  // 1 % of the longest bond
  EXPECT_NEAR(after.longest_trace / input.longest_trace, 1, 0.01 + 1e-9);
  EXPECT_NEAR(after.shortest_trace / input.shortest_trace, 1, 0.01 + 1e-9);
  // A chain that was pulled out by 15 % is drawn together along its length: the middle stays.
  EXPECT_LT((mended.rowwise().mean() - torn.rowwise().mean()).norm(), 1e-6);
}

TEST(Geometry, ANodePerResidueKeepsItsNeighbours) {
  Structure trace;
  trace.positions.resize(3, 20);
  for (int r = 0; r < 20; ++r) {
    trace.atoms.push_back(atom("CA", "C", r + 1));
    trace.positions.col(r) << 3.8 * r + (r >= 10 ? 20 : 0), 0, 0;  // with a gap
  }
  const Geometry geometry(trace);
  const Eigen::Matrix3Xd mended = geometry.restored(1.3 * trace.positions);
  const GeometryReport report = geometry.report(mended);
  EXPECT_NEAR(report.longest_trace, 3.8, 0.038 + 1e-9);
  EXPECT_NEAR(report.shortest_trace, 3.8, 0.038 + 1e-9);
  EXPECT_EQ(report.largest_bond_change, -1);
  EXPECT_GT((mended.col(10) - mended.col(9)).norm(), 20);  // nothing holds the ends of a gap together
}

TEST(Geometry, AtomsThatRunIntoEachOtherAreCounted) {
  Structure two = backbone(8);
  const Structure other = backbone(8);
  two.atoms.insert(two.atoms.end(), other.atoms.begin(), other.atoms.end());
  Eigen::Matrix3Xd apart(3, 48);
  apart << other.positions, other.positions.colwise() + Eigen::Vector3d(0, 0, 8);
  two.positions = apart;
  const Geometry geometry(two);
  EXPECT_EQ(geometry.report(two.positions).clashes, 0);
  Eigen::Matrix3Xd near = apart;
  near.rightCols(24).row(2).array() -= 7;
  EXPECT_GE(geometry.report(near).clashes, 24);  // every atom meets its twin
}

}  // namespace
}  // namespace elastem
