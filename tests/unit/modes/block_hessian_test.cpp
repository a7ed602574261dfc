#include "modes/block_hessian.hpp"

#include <limits>
#include <set>

#include <Eigen/Eigenvalues>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "modes/elastic_network.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/spring_network.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Eigen::VectorXd random_scales(Eigen::Index nodes) {
  Random random(3, Stream::sampling, 0);
  Eigen::VectorXd scales(nodes);
  for (double& x : scales) x = random.uniform(0.2, 0.4);
  return scales;
}

// All blocks as one symmetric matrix.
Eigen::MatrixXd whole(const BlockNetwork& network) {
  BlockHessian hessian(network);
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(hessian.order(), hessian.order());
  for (std::int64_t a = 0; a < hessian.blocks(); ++a)
    for (const auto& block : hessian.upper_row(a)) {
      const auto row = hessian.first_column(a), column = hessian.first_column(block.column);
      matrix.block(row, column, block.values.rows(), block.values.cols()) = block.values;
      matrix.block(column, row, block.values.cols(), block.values.rows()) = block.values.transpose();
    }
  return matrix;
}

Eigen::MatrixXd projector(const BlockNetwork& network) {
  const BlockHessian hessian(network);
  Eigen::MatrixXd p = Eigen::MatrixXd::Zero(3 * network.positions.cols(), hessian.order());
  for (std::int64_t b = 0; b < hessian.blocks(); ++b) {
    const Eigen::MatrixXd basis = hessian.basis(b);
    p.block(3 * network.blocks.first_node[static_cast<std::size_t>(b)], hessian.first_column(b), basis.rows(),
            basis.cols()) = basis;
  }
  return p;
}

Eigen::MatrixXd full_hessian(const BlockNetwork& network) {
  const Eigen::Index n = 3 * network.positions.cols();
  return hessian_product(network.positions, find_springs(network.positions, network.cutoff),
                         network.inverse_sqrt_masses, Eigen::MatrixXd::Identity(n, n));
}

TEST(RigidBasis, HasOrthonormalColumnsThatKeepDistances) {
  const Eigen::Matrix3Xd r = random_cloud(7, 5, 2);
  for (const Eigen::VectorXd& scales : {Eigen::VectorXd(), random_scales(7)}) {
    const Eigen::MatrixXd basis = rigid_basis(r, scales);
    ASSERT_EQ(basis.cols(), 6);
    // Rounding of sums over 21 entries.
    EXPECT_LT((basis.transpose() * basis - Eigen::MatrixXd::Identity(6, 6)).cwiseAbs().maxCoeff(),
              21 * epsilon);
    for (Eigen::Index k = 0; k < 6; ++k) {
      Eigen::MatrixXd moved = basis.col(k).reshaped(3, 7);
      if (scales.size() > 0) moved = moved * scales.asDiagonal();
      for (int i = 0; i < 7; ++i)
        for (int j = 0; j < i; ++j)
          EXPECT_NEAR((r.col(i) - r.col(j)).dot(moved.col(i) - moved.col(j)), 0, 100 * epsilon);
    }
  }
}

TEST(RigidBasis, OfASingleNodeAndOfALineIsSmaller) {
  EXPECT_EQ(rigid_basis(random_cloud(1, 5, 2), Eigen::VectorXd()), Eigen::Matrix3d::Identity());
  Eigen::Matrix3Xd line(3, 3);
  line << 0, 1.5, 4, 0, 1.5, 4, 0, 3, 8;
  EXPECT_EQ(rigid_basis(line, Eigen::VectorXd()).cols(), 5);
  EXPECT_EQ(rigid_basis(line.leftCols(2), Eigen::VectorXd()).cols(), 5);
}

TEST(ResidueBlocks, FollowResiduesAndEndWithTheChain) {
  Structure structure;
  structure.positions = random_cloud(9, 9, 2);
  const std::vector<std::pair<const char*, int>> labels = {{"A", 1}, {"A", 1}, {"A", 2}, {"A", 3}, {"A", 3},
                                                           {"B", 3}, {"B", 3}, {"B", 4}, {"C", 4}};
  for (const auto& [chain, number] : labels)
    structure.atoms.push_back(Atom{.name = "X", .chain = chain, .residue_number = number});
  using ::testing::ElementsAre;
  EXPECT_THAT(residue_blocks(structure, 1).first_node, ElementsAre(0, 2, 3, 5, 7, 8, 9));
  EXPECT_THAT(residue_blocks(structure, 2).first_node, ElementsAre(0, 3, 5, 8, 9));
  EXPECT_THAT(residue_blocks(structure, 100).first_node, ElementsAre(0, 5, 8, 9));
  EXPECT_THAT(residue_blocks(Structure{}, 1).first_node, ElementsAre(0));
  // Two molecules of one chain name, of which the second begins with the sixth atom.
  for (std::size_t i = 0; i < structure.atoms.size(); ++i) {
    structure.atoms[i].chain = "A";
    structure.atoms[i].molecule = i < 5 ? 0 : 1;
  }
  EXPECT_THAT(residue_blocks(structure, 100).first_node, ElementsAre(0, 5, 9));
}

// V = ½ Σ (|r_ij| − |r⁰_ij|)².
double energy(const Eigen::Matrix3Xd& reference, const std::vector<Spring>& springs,
              const Eigen::Matrix3Xd& r) {
  double sum = 0;
  for (const Spring& s : springs) {
    const double stretch =
        (r.col(s.first) - r.col(s.second)).norm() - (reference.col(s.first) - reference.col(s.second)).norm();
    sum += stretch * stretch / 2;
  }
  return sum;
}

TEST(BlockHessian, IsTheSecondDerivativeOfTheEnergy) {
  const BlockNetwork network{random_cloud(12, 8, 2), 6, {}, single_nodes(12)};
  const Eigen::Matrix3Xd& r = network.positions;
  const std::vector<Spring> springs = find_springs(r, 6);
  const Eigen::Matrix3Xd u = random_cloud(12, 1, 2);
  // Along a displacement h·u the energy is ½ h² uᵀHu + O(h³); the mean over ±h leaves O(h⁴).
  const double h = 1e-3;
  const double curvature = (energy(r, springs, r + h * u) + energy(r, springs, r - h * u)) / (h * h);
  const Eigen::VectorXd flat = u.reshaped();
  const double exact = flat.dot(whole(network) * flat);
  EXPECT_NEAR(curvature, exact, 10 * h * h * exact);
}

TEST(BlockHessian, RigidMotionsCostNothing) {
  for (const Eigen::VectorXd& scales : {Eigen::VectorXd(), random_scales(50)}) {
    const BlockNetwork network{random_cloud(50, 12, 2), 6, scales, {{0, 1, 3, 8, 20, 50}}};
    const Eigen::MatrixXd coordinates =
        projector(network).transpose() * rigid_basis(network.positions, network.inverse_sqrt_masses);
    const Eigen::MatrixXd hessian = whole(network);
    EXPECT_LT((hessian * coordinates).norm(), 150 * epsilon * hessian.norm());
  }
}

TEST(BlockHessian, OfSingleNodesIsTheHessian) {
  for (const Eigen::VectorXd& scales : {Eigen::VectorXd(), random_scales(60)}) {
    const BlockNetwork network{random_cloud(60, 12, 2), 5, scales, single_nodes(60)};
    const Eigen::MatrixXd expected = full_hessian(network);
    EXPECT_LT((whole(network) - expected).cwiseAbs().maxCoeff(), 60 * epsilon * expected.norm());
  }
}

TEST(BlockHessian, OfBlocksIsTheProjectedHessian) {
  // Blocks of one node, of two (on a line), and of several.
  for (const Eigen::VectorXd& scales : {Eigen::VectorXd(), random_scales(60)}) {
    const BlockNetwork network{random_cloud(60, 12, 2), 5, scales, {{0, 1, 3, 8, 20, 21, 40, 60}}};
    const Eigen::MatrixXd p = projector(network), full = full_hessian(network);
    ASSERT_EQ(p.cols(), 3 + 5 + 6 + 6 + 3 + 6 + 6);
    EXPECT_LT((whole(network) - p.transpose() * full * p).cwiseAbs().maxCoeff(), 60 * epsilon * full.norm());
  }
}

TEST(BlockHessian, SurroundingsAreThoseOfTheRow) {
  for (const Eigen::VectorXd& scales : {Eigen::VectorXd(), random_scales(60)}) {
    const BlockNetwork network{random_cloud(60, 12, 2), 5, scales, {{0, 1, 3, 8, 20, 21, 40, 60}}};
    BlockHessian hessian(network);
    double bound = 0;
    for (std::int64_t a = 0; a < hessian.blocks(); ++a) {
      const auto row = hessian.upper_row(a);
      const auto around = hessian.surroundings(a);
      bound = std::max(bound, around.bound);
      ASSERT_EQ(row.size(), around.columns.size());
      for (std::size_t k = 0; k < row.size(); ++k) EXPECT_EQ(row[k].column, around.columns[k]);
      EXPECT_LT((row.front().values - around.diagonal).cwiseAbs().maxCoeff(),
                100 * epsilon * around.diagonal.norm());
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(whole(network));
    EXPECT_GE(bound, solver.eigenvalues().maxCoeff());
  }
}

TEST(BlockHessian, CountsEachSpringOnce) {
  const BlockNetwork network{random_cloud(60, 12, 2), 5, {}, {{0, 1, 3, 8, 20, 21, 40, 60}}};
  BlockHessian hessian(network);
  std::int64_t springs = 0;
  for (std::int64_t a = 0; a < hessian.blocks(); ++a) springs += hessian.surroundings(a).springs;
  EXPECT_EQ(springs, static_cast<std::int64_t>(find_springs(network.positions, 5).size()));
}

TEST(BlockHessian, RefusesNodesAtOnePlace) {
  BlockNetwork network{random_cloud(5, 4, 2), 5, {}, single_nodes(5)};
  network.positions.col(3) = network.positions.col(1);
  BlockHessian hessian(network);
  try {
    hessian.upper_row(3);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("atoms 2 and 4"));
  }
}

}  // namespace
}  // namespace elastem
