#include "mpi/modes/dense_modes.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Eigenvalues>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "modes/elastic_network.hpp"
#include "modes/mode_quality.hpp"
#include "mpi/modes/sparse_modes.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"
#include "tests/support/random_network.hpp"
#include "tests/support/spring_network.hpp"
#include "tests/support/whole_matrix.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Structure example(const std::string& form) {
  return read_structure(ELASTEM_TEST_DATA "/ake_" + form + "_ca.pdb", {.nodes = Nodes::ca}).structure;
}

BlockNetwork network_of(const Eigen::Matrix3Xd& positions, double cutoff) {
  return {positions, cutoff, {}, single_nodes(positions.cols())};
}

// H·x by the springs one by one.
Eigen::MatrixXd product(const BlockNetwork& network, const Eigen::MatrixXd& x) {
  return hessian_product(network.positions, find_springs(network.positions, network.cutoff),
                         network.inverse_sqrt_masses, x);
}

double bound_of(const BlockNetwork& network) {
  return largest_eigenvalue_bound(network.positions.cols(), find_springs(network.positions, network.cutoff),
                                  network.inverse_sqrt_masses);
}

ElasticModes solved(const Communicator& comm, const BlockNetwork& network, int last) {
  BlockHessian hessian(network);
  return dense_modes(comm, hessian, network, survey_network(comm, hessian), last);
}

// The modes with all nodes on every rank.
NormalModes gathered(const Communicator& comm, const ElasticModes& spread) {
  NormalModes modes = spread.modes;
  std::vector<double> rows = {static_cast<double>(modes.vectors.rows())};
  comm.sum(std::span(rows));
  modes.vectors = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(rows[0]), spread.modes.count());
  modes.vectors.middleRows(3 * spread.first_node, spread.modes.vectors.rows()) = spread.modes.vectors;
  comm.sum(std::span(modes.vectors.data(), static_cast<std::size_t>(modes.vectors.size())));
  return modes;
}

TEST(NetworkHessian, EachRankFillsItsOwnPart) {
  const Communicator comm = Communicator::world();
  const BlockNetwork network = random_network(20, 10, 6, 3);
  const Eigen::MatrixXd expected =
      product(network, Eigen::MatrixXd::Identity(60, 60)).triangularView<Eigen::Lower>();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  BlockHessian blocks(network);
  const DistributedMatrix hessian = elastic_hessian(grid, blocks, 5);
  EXPECT_LE(hessian.local_rows() * hessian.local_columns(), (60 / rows + 5) * (60 / columns + 5));
  // A diagonal entry sums up to 19 terms below 1, in the same order.
  EXPECT_LE((Eigen::MatrixXd(gathered_whole(hessian).triangularView<Eigen::Lower>()) - expected)
                .cwiseAbs()
                .maxCoeff(),
            20 * 19 * epsilon);
}

TEST(DenseModes, OpenAdenylateKinaseHasTheKnownEigenvalues) {
  const Communicator comm = Communicator::world();
  const Structure open = example("open");
  const ElasticModes result = solved(comm, network_of(open.positions, 15), 20);
  ASSERT_EQ(result.modes.count(), 14);
  // Reference figures with seven decimals.
  constexpr double half_digit = 0.5e-7;
  EXPECT_NEAR(result.modes.eigenvalues(0), 0.0214547, half_digit);
  EXPECT_NEAR(result.modes.eigenvalues(1), 0.0605948, half_digit);
  EXPECT_NEAR(result.modes.eigenvalues(2), 0.1393293, half_digit);
  const double bound = bound_of(network_of(open.positions, 15));
  EXPECT_LE(result.rigid.cwiseAbs().maxCoeff(), 10 * 633 * epsilon * bound);
  EXPECT_LE(result.residual, 10 * 633 * epsilon * bound);
  EXPECT_LE(result.orthogonality, 10 * 633 * epsilon);
}

TEST(DenseModes, ThreeModesDescribeTheClosingOfAdenylateKinase) {
  const Communicator comm = Communicator::world();
  const Structure open = example("open"), closed = example("closed");
  const NormalModes modes = gathered(comm, solved(comm, network_of(open.positions, 15), 9));
  const Eigen::Matrix3Xd displacement =
      superposition(closed.positions, open.positions)(closed.positions) - open.positions;
  std::vector<Eigen::Index> all(open.atoms.size());
  std::iota(all.begin(), all.end(), 0);
  Eigen::VectorXd overlaps(3);
  for (Eigen::Index k = 0; k < 3; ++k) overlaps(k) = mode_overlap(modes.vectors.col(k), displacement, all);
  // Reference figures with three decimals.
  constexpr double half_digit = 0.5e-3;
  EXPECT_NEAR(overlaps(0), 0.800, half_digit);
  EXPECT_NEAR(overlaps(1), 0.206, half_digit);
  EXPECT_NEAR(overlaps(2), 0.122, half_digit);
  EXPECT_NEAR(overlaps.squaredNorm(), 0.698, half_digit);
}

TEST(DenseModes, EigenvaluesAreThoseOfASerialSolver) {
  const Communicator comm = Communicator::world();
  const BlockNetwork network = random_network(60, 15, 8, 3);
  const Eigen::MatrixXd hessian = product(network, Eigen::MatrixXd::Identity(180, 180));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> reference(hessian);
  const ElasticModes result = solved(comm, network, 180);  // all of them
  const double tolerance = 10 * 180 * epsilon * reference.eigenvalues().maxCoeff();
  EXPECT_LE((result.modes.eigenvalues - reference.eigenvalues().tail(174)).cwiseAbs().maxCoeff(), tolerance);
}

TEST(DenseModes, WithMassesSolveTheGeneralisedProblem) {
  const Communicator comm = Communicator::world();
  BlockNetwork network = random_network(40, 12, 8, 3);
  Eigen::VectorXd masses(120);
  network.inverse_sqrt_masses.resize(40);
  for (Eigen::Index i = 0; i < 40; ++i) {
    masses.segment<3>(3 * i).setConstant(12 + static_cast<double>(i % 5));
    network.inverse_sqrt_masses(i) = 1 / std::sqrt(masses(3 * i));
  }
  const NormalModes modes = gathered(comm, solved(comm, network, 12));
  const Eigen::MatrixXd force = product(network_of(network.positions, 8), modes.vectors);
  const Eigen::MatrixXd inertia = masses.asDiagonal() * modes.vectors * modes.eigenvalues.asDiagonal();
  const double bound = bound_of(network_of(network.positions, 8));
  EXPECT_LE((force - inertia).cwiseAbs().maxCoeff(), 10 * 120 * epsilon * bound);
  const Eigen::MatrixXd gram = modes.vectors.transpose() * masses.asDiagonal() * modes.vectors;
  const Eigen::MatrixXd off_diagonal = gram - Eigen::MatrixXd(gram.diagonal().asDiagonal());
  EXPECT_LE(off_diagonal.cwiseAbs().maxCoeff(), 10 * 120 * epsilon * 16);
  for (Eigen::Index k = 0; k < modes.count(); ++k) EXPECT_NEAR(modes.vectors.col(k).norm(), 1, 120 * epsilon);
}

// Fewer degrees of freedom can only stiffen a network, and blocks of one node each are the network itself.
TEST(DenseModes, RigidBlocksApproachTheNetworkFromAbove) {
  const Communicator comm = Communicator::world();
  const Structure open = example("open");
  BlockNetwork network = network_of(open.positions, 15);
  const Eigen::VectorXd exact = solved(comm, network, 12).modes.eigenvalues;
  const double rounding = 10 * 633 * epsilon * bound_of(network);
  network.blocks = residue_blocks(open, 1);
  EXPECT_LE((solved(comm, network, 12).modes.eigenvalues - exact).cwiseAbs().maxCoeff(), rounding);
  Eigen::VectorXd finer = exact;
  for (const int residues : {2, 4, 8, 16}) {  // each partition is a part of the next
    network.blocks = residue_blocks(open, residues);
    const Eigen::VectorXd coarse = solved(comm, network, 12).modes.eigenvalues;
    EXPECT_GE((coarse - finer).minCoeff(), -rounding) << residues;
    finer = coarse;
  }
  network.blocks = residue_blocks(open, 2);
  // A percent or so: the lowest modes are those of domains.
  EXPECT_LE(solved(comm, network, 12).modes.eigenvalues(0), 1.1 * exact(0));
}

TEST(DenseModes, AllAtomAdenylateKinaseHasTheKnownModes) {
  const Communicator comm = Communicator::world();
  const std::string path = ELASTEM_TEST_DATA "/../../../shared/data/4ake_chainB.pdb";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "4ake_chainB.pdb is not there";
  if (comm.size() != 2) GTEST_SKIP() << "takes some seconds: on two ranks only";
  const Structure structure = read_structure(path, {}).structure;
  ASSERT_EQ(structure.size(), 1656);
  const BlockNetwork network = network_of(structure.positions, 8);
  BlockHessian hessian(network);
  const ElasticSurvey survey = survey_network(comm, hessian);
  EXPECT_EQ(survey.springs, 61817);
  SparseProblem problem(comm, hessian, network, survey);
  const ElasticModes result = problem.solve(20);
  // Reference figures with seven and three decimals, the last of them rounded or cut.
  const double values[] = {0.0153439, 0.0363557, 0.0734534, 0.1273175, 0.1786374, 0.2593305};
  const double collectivities[] = {0.469, 0.517, 0.408};
  for (int k = 0; k < 6; ++k) EXPECT_NEAR(result.modes.eigenvalues(k), values[k], 1e-7);
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(result.modes.collectivity(k), collectivities[k], 1e-3);
}

std::string error_of(const Communicator& comm, const BlockNetwork& network, int last) {
  try {
    solved(comm, network, last);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(DenseModes, ErrorsAreTheSameOnAllRanks) {
  const Communicator comm = Communicator::world();
  EXPECT_THAT(error_of(comm, random_network(4, 4, 8, 3), 13),
              HasSubstr("4 nodes or rigid blocks have only 12 modes"));
  // A rod: every node but the ends is held along it by its two neighbours alone.
  Eigen::Matrix3Xd rod = Eigen::Matrix3Xd::Zero(3, 30);
  for (Eigen::Index i = 0; i < 30; ++i) rod(0, i) = static_cast<double>(i);
  EXPECT_THAT(error_of(comm, network_of(rod, 1.5), 60), HasSubstr("at least 54 motions without any cost"));
}

}  // namespace
}  // namespace elastem
