#include "modes/elastic_network.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "modes/elastic_pieces.hpp"
#include "modes/rigid_blocks.hpp"
#include "structure/structure_file.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/spring_network.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

std::vector<Spring> all_pairs_nearer(const Eigen::Matrix3Xd& r, double cutoff) {
  std::vector<Spring> springs;
  for (std::int32_t i = 0; i < r.cols(); ++i)
    for (std::int32_t j = i + 1; j < r.cols(); ++j)
      if ((r.col(i) - r.col(j)).norm() < cutoff) springs.push_back({i, j});
  return springs;
}

Structure labelled(const Eigen::Matrix3Xd& positions) {
  Structure structure;
  structure.positions = positions;
  for (int i = 0; i < positions.cols(); ++i)
    structure.atoms.push_back(
        Atom{.name = "CA", .residue_name = "GLY", .chain = "A", .residue_number = i + 1});
  return structure;
}

TEST(FindSprings, MatchesAllPairs) {
  const Eigen::Matrix3Xd r = random_cloud(400, 30, 1);
  for (const double cutoff : {0.5, 3.0, 8.0, 100.0})
    EXPECT_EQ(find_springs(r, cutoff), all_pairs_nearer(r, cutoff));
}

TEST(FindSprings, AtTheCutoffThereIsNone) {
  Eigen::Matrix3Xd r = Eigen::Matrix3Xd::Zero(3, 2);
  r(0, 1) = 8;
  EXPECT_TRUE(find_springs(r, 8.0).empty());
  EXPECT_EQ(find_springs(r, std::nextafter(8.0, 9.0)).size(), 1u);
}

TEST(FindSprings, NodesFarApartNeedNoMemoryBetween) {
  Eigen::Matrix3Xd r = Eigen::Matrix3Xd::Zero(3, 2);
  r.col(1).setConstant(1e9);  // a dense grid would have 10²⁷ cells
  EXPECT_TRUE(find_springs(r, 1.0).empty());
}

TEST(FindSprings, RefusesCoincidingNodes) {
  Eigen::Matrix3Xd r = random_cloud(10, 5, 1);
  r.col(7) = r.col(3);
  EXPECT_THROW(
      try { find_springs(r, 3.0); } catch (const Error& e) {
        EXPECT_THAT(e.what(), HasSubstr("atoms 4 and 8"));
        throw;
      },
      Error);
}

std::vector<std::int32_t> pieces_of(std::int64_t nodes, const std::vector<Spring>& springs) {
  ElasticPieces pieces(nodes);
  for (const Spring& spring : springs) pieces.join(spring.first, spring.second);
  return pieces.numbered();
}

TEST(ElasticPieces, AreNumberedByTheirFirstNode) {
  EXPECT_EQ(pieces_of(6, {{0, 2}, {1, 3}, {3, 5}}), (std::vector<std::int32_t>{0, 1, 0, 1, 2, 1}));
  EXPECT_EQ(pieces_of(3, {{0, 2}, {1, 2}}), (std::vector<std::int32_t>{0, 0, 0}));
}

TEST(ElasticPieces, LinksTellAnotherAllThatOneKnows) {
  ElasticPieces one(7), other(7);
  for (const auto& [a, b] : {std::pair{5, 1}, {1, 3}, {6, 5}}) one.join(a, b);
  other.join(0, 3);
  const std::vector<std::int32_t> links = one.links();
  EXPECT_EQ(links.size(), 6u);  // three pairs
  for (std::size_t i = 0; i < links.size(); i += 2) other.join(links[i], links[i + 1]);
  EXPECT_EQ(other.numbered(), (std::vector<std::int32_t>{0, 0, 1, 0, 2, 0, 0}));
}

TEST(RequireOnePiece, NamesThePiecesAndACutoffThatJoinsThem) {
  Eigen::Matrix3Xd r(3, 8);
  r.leftCols(4) = random_cloud(4, 4, 1);
  r.rightCols(4) = random_cloud(4, 4, 1).colwise() + Eigen::Vector3d(30, 0, 0);
  const Structure structure = labelled(r);
  const auto pieces = [&](double cutoff) { return pieces_of(8, find_springs(r, cutoff)); };
  std::string text;
  try {
    require_one_piece(structure, pieces(8), 8);
  } catch (const Error& e) {
    text = e.what();
  }
  EXPECT_THAT(text, HasSubstr("2 pieces"));
  EXPECT_THAT(text, HasSubstr("4 atoms from chain A GLY 5 CA to chain A GLY 8 CA"));
  const std::size_t at = text.find("another from ");
  ASSERT_NE(at, std::string::npos) << text;
  const double suggested = std::stod(text.substr(at + 13));
  EXPECT_NO_THROW(require_one_piece(structure, pieces(suggested), suggested));
  EXPECT_THROW(require_one_piece(structure, pieces(suggested - 0.3), suggested - 0.3), Error);
}

TEST(LooseNodesText, NamesThem) {
  const Structure structure = labelled(random_cloud(5, 4, 1));
  const std::string text = loose_nodes_text(structure, {4}, "atoms", 5, 8);
  EXPECT_THAT(text, HasSubstr("1 of 5 atoms"));
  EXPECT_THAT(text, HasSubstr("GLY 5 CA."));
  EXPECT_THAT(loose_nodes_text(structure, {0, 1, 2, 3, 4, 0, 1, 2, 3}, "atoms", 9, 8),
              HasSubstr("and others"));
}

TEST(RigidBasis, IsAnOrthonormalNullSpace) {
  const Eigen::Matrix3Xd r = random_cloud(50, 12, 1).colwise() + Eigen::Vector3d(100, 0, 0);
  const std::vector<Spring> springs = find_springs(r, 6);
  Eigen::VectorXd scale(50);
  for (Eigen::Index i = 0; i < 50; ++i) scale(i) = 1 / std::sqrt(12.0 + double(i % 7));
  for (const Eigen::VectorXd& inverse_sqrt_masses : {Eigen::VectorXd(), scale}) {
    const Eigen::MatrixXd motions = rigid_basis(r, inverse_sqrt_masses);
    EXPECT_LT((motions.transpose() * motions - Eigen::MatrixXd::Identity(6, 6)).norm(), 150 * epsilon);
    const double bound = largest_eigenvalue_bound(50, springs, inverse_sqrt_masses);
    EXPECT_LT(hessian_product(r, springs, inverse_sqrt_masses, motions).norm(), 150 * epsilon * bound);
  }
}

TEST(EmbeddedExample, HasTheSpringsOfItsNeighbours) {
  const Structure open = read_structure(ELASTEM_TEST_DATA "/ake_open_ca.pdb", {.nodes = Nodes::ca}).structure;
  EXPECT_EQ(find_springs(open.positions, 15), all_pairs_nearer(open.positions, 15));
}

}  // namespace
}  // namespace elastem
