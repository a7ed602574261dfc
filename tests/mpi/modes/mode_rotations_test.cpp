#include "mpi/modes/mode_rotations.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "modes/local_rotation.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

TEST(ModeRotations, AreTheSameOnAnyNumberOfRanks) {
  const auto comm = Communicator::world();
  std::srand(1);  // Eigen's Random
  constexpr Eigen::Index nodes = 23, modes = 5;
  const Eigen::Matrix3Xd places = 15 * Eigen::Matrix3Xd::Random(3, nodes);
  const Eigen::MatrixXd vectors = Eigen::MatrixXd::Random(3 * nodes, modes);
  const RigidBlocks blocks{{0, 1, 2, 6, 7, 15, 16, 17, 18, 23}};
  const Eigen::MatrixXd whole = local_rotations(places, blocks, 10, vectors.transpose(), 0, nodes);
  const auto [first, count] = equal_share(comm, nodes);
  const Eigen::MatrixXd part =
      mode_rotations(comm, places, blocks, 10, first, vectors.middleRows(3 * first, 3 * count));
  EXPECT_EQ(part, whole.middleRows(3 * first, 3 * count));
}

}  // namespace
}  // namespace elastem
