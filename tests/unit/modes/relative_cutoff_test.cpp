#include "modes/relative_cutoff.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "structure/structure_file.hpp"
#include "tests/support/random_network.hpp"

namespace elastem {
namespace {

// What the definition says, over all pairs: the least hundredth of an Å above `percent` % of the distances.
double by_all_pairs(const Eigen::Matrix3Xd& r, double percent, int neighbours) {
  std::vector<double> pooled;
  for (Eigen::Index i = 0; i < r.cols(); ++i) {
    std::vector<double> distances;
    for (Eigen::Index j = 0; j < r.cols(); ++j)
      if (j != i) distances.push_back((r.col(i) - r.col(j)).norm());
    std::ranges::sort(distances);
    pooled.insert(pooled.end(), distances.begin(), distances.begin() + neighbours);
  }
  std::ranges::sort(pooled);
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(pooled.size())));
  return (std::floor(100 * pooled[rank - 1]) + 1) / 100;
}

TEST(RelativeCutoff, OfACubicLatticeIsTheShellThatHoldsThePercentile) {
  Eigen::Matrix3Xd r(3, 27);
  for (int i = 0; i < 27; ++i) r.col(i) = 4.0 * Eigen::Vector3d(i % 3, i / 3 % 3, i / 9);
  // The three nearest of every node lie along the axes; of corners (8), edges (12), faces (6) and the centre
  // there are exactly 3, 4, 5 and 6 of them, so that the third neighbour is still at 4 Å.
  EXPECT_EQ(relative_cutoff(r, 100, 3), 4.01);
  // The fourth of a corner is at 4√2: 8 of 108 distances.
  EXPECT_EQ(relative_cutoff(r, 92, 4), 4.01);
  EXPECT_EQ(relative_cutoff(r, 93, 4), 5.66);
}

TEST(RelativeCutoff, IsWhatAllPairsGive) {
  Eigen::Matrix3Xd r = random_cloud(300, 30, 3);
  r.col(17) += Eigen::Vector3d(4000, 0, 0);  // far away: its search sphere has to grow
  for (const int neighbours : {1, 8, 60})
    for (const double percent : {50.0, 95.0, 100.0})
      EXPECT_EQ(relative_cutoff(r, percent, neighbours), by_all_pairs(r, percent, neighbours))
          << neighbours << " neighbours, " << percent << " %";
}

TEST(RelativeCutoff, DefaultsGiveTheUsualCutOffOfAProtein) {
  const auto open =
      read_structure(ELASTEM_TEST_DATA "/ake_open_ca.pdb", {.nodes = Nodes::ca}).structure.positions;
  EXPECT_NEAR(relative_cutoff(open, 95, 34), 15, 0.5);  // docs/modes.md
}

TEST(RelativeCutoff, NeedsMoreNodesThanNeighbours) {
  EXPECT_THROW(relative_cutoff(Eigen::Matrix3Xd::Random(3, 60), 95, 60), Error);
  EXPECT_NO_THROW(relative_cutoff(Eigen::Matrix3Xd::Random(3, 61), 95, 60));
}

TEST(RelativeCutoff, RefusesCoincidingNodes) {
  EXPECT_THROW(relative_cutoff(Eigen::Matrix3Xd::Ones(3, 20), 95, 3), Error);
}

}  // namespace
}  // namespace elastem
