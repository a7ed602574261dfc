#include "modes/local_rotation.hpp"

#include <limits>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Eigen::Matrix3Xd random_places(std::uint64_t seed, Eigen::Index nodes, double spread) {
  Random random(seed, Stream::sampling, 0);
  Eigen::Matrix3Xd places(3, nodes);
  for (auto& x : places.reshaped()) x = spread * random.normal();
  return places;
}

// K × 3N of displacements 3 × N each.
Eigen::MatrixXd side_by_side(const std::vector<Eigen::Matrix3Xd>& displacements) {
  Eigen::MatrixXd rows(displacements.size(), displacements.front().size());
  for (std::size_t k = 0; k < displacements.size(); ++k)
    rows.row(static_cast<Eigen::Index>(k)) = displacements[k].reshaped().transpose();
  return rows;
}

Eigen::Matrix3Xd rigid(const Eigen::Matrix3Xd& places, const Eigen::Vector3d& turn,
                       const Eigen::Vector3d& shift) {
  Eigen::Matrix3Xd moved(3, places.cols());
  for (Eigen::Index i = 0; i < places.cols(); ++i)
    moved.col(i) = shift + turn.cross(Eigen::Vector3d(places.col(i)));
  return moved;
}

TEST(LocalRotation, OfABodyIsItsTurn) {
  const Eigen::Matrix3Xd places = random_places(1, 80, 12);
  const Eigen::Vector3d turn(0.1, -0.2, 0.3);
  const Eigen::MatrixXd vectors =
      side_by_side({rigid(places, turn, {5, 6, 7}), rigid(places, Eigen::Vector3d::Zero(), {1, 2, 3})});
  const Eigen::MatrixXd found = local_rotations(places, single_nodes(80), 10, vectors, 0, 80);
  // The momentum of displacements of tens of Å is divided by an inertia of about width².
  const double tolerance = 1e4 * epsilon;
  for (Eigen::Index i = 0; i < 80; ++i) {
    EXPECT_LE((found.col(0).segment<3>(3 * i) - turn).norm(), tolerance) << i;
    EXPECT_LE(found.col(1).segment<3>(3 * i).norm(), tolerance) << i;
  }
}

TEST(LocalRotation, OfPartsIsTheirRowsOfTheWhole) {
  const Eigen::Matrix3Xd places = random_places(2, 30, 9);
  const Eigen::MatrixXd vectors = side_by_side({random_places(3, 30, 1), random_places(4, 30, 1)});
  RigidBlocks blocks{{0, 1, 2, 7, 12, 20, 21, 30}};
  const Eigen::MatrixXd all = local_rotations(places, blocks, 10, vectors, 0, 30);
  for (const auto& [first, count] : {std::pair(0, 4), std::pair(4, 17), std::pair(21, 9), std::pair(30, 0)})
    EXPECT_EQ(local_rotations(places, blocks, 10, vectors, first, count),
              all.middleRows(3 * first, 3 * count))
        << first;
}

TEST(LocalRotation, LooksNoFartherThanTheNeighbourhood) {
  // Two bodies, 100 Å apart, turn in different directions.
  Eigen::Matrix3Xd places = random_places(5, 60, 4);
  places.rightCols(30).colwise() += Eigen::Vector3d(100, 0, 0);
  const Eigen::Vector3d one(0.1, 0, 0), other(0, 0.2, 0);
  Eigen::Matrix3Xd moved = rigid(places, one, {0, 0, 0});
  moved.rightCols(30) = rigid(places.rightCols(30), other, {0, 0, 0});
  const Eigen::MatrixXd found = local_rotations(places, single_nodes(60), 10, side_by_side({moved}), 0, 60);
  for (Eigen::Index i = 0; i < 60; ++i)
    EXPECT_LE((found.col(0).segment<3>(3 * i) - (i < 30 ? one : other)).norm(), 1e4 * epsilon) << i;
}

TEST(LocalRotation, ALineDoesNotTurnAboutItselfAndASingleNodeNotAtAll) {
  Eigen::Matrix3Xd places(3, 6);
  for (int i = 0; i < 5; ++i) places.col(i) = Eigen::Vector3d(1, 2, 2) * i;
  places.col(5) = Eigen::Vector3d(500, 0, 0);
  const Eigen::Vector3d axis = Eigen::Vector3d(1, 2, 2) / 3, turn = 0.1 * axis.unitOrthogonal() + 0.2 * axis;
  const Eigen::MatrixXd found =
      local_rotations(places, single_nodes(6), 10, side_by_side({rigid(places, turn, {0, 0, 0})}), 0, 6);
  for (Eigen::Index i = 0; i < 5; ++i)
    EXPECT_LE((found.col(0).segment<3>(3 * i) - 0.1 * axis.unitOrthogonal()).norm(), 1e4 * epsilon) << i;
  EXPECT_EQ(found.col(0).tail<3>(), Eigen::Vector3d::Zero());
}

TEST(LocalRotation, BlocksStayRigidOnCurves) {
  const Eigen::Matrix3Xd places = random_places(6, 24, 8);
  const RigidBlocks blocks{{0, 5, 11, 12, 24}};
  Eigen::Matrix3Xd mode(3, 24);
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const Eigen::Matrix3Xd motion = random_places(7 + static_cast<std::uint64_t>(b), 2, 0.02);
    const auto first = blocks.first_node[static_cast<std::size_t>(b)];
    mode.middleCols(first, blocks.nodes(b)) =
        rigid(places.middleCols(first, blocks.nodes(b)), motion.col(0), motion.col(1));
  }
  ElasticModel model;
  model.positions = places;
  model.modes.emplace_back(mode);
  const Eigen::MatrixXd found = local_rotations(places, blocks, 10, side_by_side({mode}), 0, 24);
  model.rotations.emplace_back(Eigen::Matrix3Xd(found.col(0).reshaped(3, 24)));
  const Eigen::Matrix3Xd moved = model.deformed(Eigen::VectorXd::Constant(1, 40));
  double stretched = 0;
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const auto first = blocks.first_node[static_cast<std::size_t>(b)];
    for (auto i = first; i < first + blocks.nodes(b); ++i)
      for (auto j = first; j < i; ++j)
        stretched = std::max(stretched, std::abs((moved.col(i) - moved.col(j)).norm() -
                                                 (places.col(i) - places.col(j)).norm()));
  }
  EXPECT_LE(stretched, 1e4 * epsilon * 40);  // Å
  EXPECT_GT((moved - places).colwise().norm().maxCoeff(), 5);
}

TEST(NeighbourhoodWidth, GrowsWithSparseNodes) {
  EXPECT_EQ(neighbourhood_width(8), 10);
  EXPECT_EQ(neighbourhood_width(15), 10);
  EXPECT_EQ(neighbourhood_width(30), 20);
}

}  // namespace
}  // namespace elastem
