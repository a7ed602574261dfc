#include "mpi/linalg/dense_modes.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <string>

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Structure example(const std::string& form) {
  return read_structure(ELASTEM_TEST_DATA "/ake_" + form + "_ca.pdb", {.nodes = Nodes::ca}).structure;
}

SpringNetwork network_of(const Eigen::Matrix3Xd& positions, double cutoff) {
  return {positions, find_springs(positions, cutoff), {}};
}

SpringNetwork cloud(Eigen::Index nodes, double side, double cutoff) {
  Random random(3, Stream::sampling, 0);
  Eigen::Matrix3Xd r(3, nodes);
  for (double& x : r.reshaped()) x = random.uniform(0, side);
  return network_of(r, cutoff);
}

// The modes with all nodes on every rank.
NormalModes gathered(const Communicator& comm, const NetworkModes& spread) {
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
  const SpringNetwork network = cloud(20, 10, 6);
  const Eigen::MatrixXd expected =
      hessian_product(network.positions, network.springs, {}, Eigen::MatrixXd::Identity(60, 60));
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  const DistributedMatrix hessian = network_hessian(grid, network, 5);
  EXPECT_LE(hessian.local_rows() * hessian.local_columns(), (60 / rows + 5) * (60 / columns + 5));
  // A diagonal entry sums up to 19 terms below 1, in the same order.
  EXPECT_LE((hessian.gathered_columns(0, 60) - expected).cwiseAbs().maxCoeff(), 20 * 19 * epsilon);
}

TEST(DenseModes, OpenAdenylateKinaseHasTheKnownEigenvalues) {
  const Communicator comm = Communicator::world();
  const Structure open = example("open");
  const NetworkModes result = dense_modes(comm, network_of(open.positions, 15), 20);
  ASSERT_EQ(result.modes.count(), 14);
  // Reference figures with seven decimals.
  constexpr double half_digit = 0.5e-7;
  EXPECT_NEAR(result.modes.eigenvalues(0), 0.0214547, half_digit);
  EXPECT_NEAR(result.modes.eigenvalues(1), 0.0605948, half_digit);
  EXPECT_NEAR(result.modes.eigenvalues(2), 0.1393293, half_digit);
  const double bound = largest_eigenvalue_bound(211, find_springs(open.positions, 15), {});
  EXPECT_LE(result.rigid.cwiseAbs().maxCoeff(), 10 * 633 * epsilon * bound);
  EXPECT_LE(result.residual, 10 * 633 * epsilon * bound);
  EXPECT_LE(result.orthogonality, 10 * 633 * epsilon);
}

TEST(DenseModes, ThreeModesDescribeTheClosingOfAdenylateKinase) {
  const Communicator comm = Communicator::world();
  const Structure open = example("open"), closed = example("closed");
  const NormalModes modes = gathered(comm, dense_modes(comm, network_of(open.positions, 15), 9));
  const Eigen::Matrix3Xd displacement =
      superposition(closed.positions, open.positions)(closed.positions) - open.positions;
  const Eigen::VectorXd overlaps = mode_overlaps(modes, displacement);
  // Reference figures with three decimals.
  constexpr double half_digit = 0.5e-3;
  EXPECT_NEAR(overlaps(0), 0.800, half_digit);
  EXPECT_NEAR(overlaps(1), 0.206, half_digit);
  EXPECT_NEAR(overlaps(2), 0.122, half_digit);
  EXPECT_NEAR(overlaps.squaredNorm(), 0.698, half_digit);
}

TEST(DenseModes, EigenvaluesAreThoseOfASerialSolver) {
  const Communicator comm = Communicator::world();
  const SpringNetwork network = cloud(60, 15, 8);
  const Eigen::MatrixXd hessian =
      hessian_product(network.positions, network.springs, {}, Eigen::MatrixXd::Identity(180, 180));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> reference(hessian);
  const NetworkModes result = dense_modes(comm, network, 180);  // all of them
  const double tolerance = 10 * 180 * epsilon * reference.eigenvalues().maxCoeff();
  EXPECT_LE((result.modes.eigenvalues - reference.eigenvalues().tail(174)).cwiseAbs().maxCoeff(), tolerance);
}

TEST(DenseModes, WithMassesSolveTheGeneralisedProblem) {
  const Communicator comm = Communicator::world();
  SpringNetwork network = cloud(40, 12, 8);
  Eigen::VectorXd masses(120);
  network.inverse_sqrt_masses.resize(40);
  for (Eigen::Index i = 0; i < 40; ++i) {
    masses.segment<3>(3 * i).setConstant(12 + static_cast<double>(i % 5));
    network.inverse_sqrt_masses(i) = 1 / std::sqrt(masses(3 * i));
  }
  const NormalModes modes = gathered(comm, dense_modes(comm, network, 12));
  const Eigen::MatrixXd force = hessian_product(network.positions, network.springs, {}, modes.vectors);
  const Eigen::MatrixXd inertia = masses.asDiagonal() * modes.vectors * modes.eigenvalues.asDiagonal();
  const double bound = largest_eigenvalue_bound(40, network.springs, {});
  EXPECT_LE((force - inertia).cwiseAbs().maxCoeff(), 10 * 120 * epsilon * bound);
  const Eigen::MatrixXd gram = modes.vectors.transpose() * masses.asDiagonal() * modes.vectors;
  const Eigen::MatrixXd off_diagonal = gram - Eigen::MatrixXd(gram.diagonal().asDiagonal());
  EXPECT_LE(off_diagonal.cwiseAbs().maxCoeff(), 10 * 120 * epsilon * 16);
  for (Eigen::Index k = 0; k < modes.count(); ++k) EXPECT_NEAR(modes.vectors.col(k).norm(), 1, 120 * epsilon);
}

// Equal up to the rounding of eigenvalues, and of vectors that turn by it over the gap to the next
// eigenvalue.
void expect_same(const NormalModes& a, const NormalModes& b, double rounding) {
  EXPECT_LE((a.eigenvalues - b.eigenvalues).cwiseAbs().maxCoeff(), rounding);
  const Eigen::Index last = a.count() - 1;
  const double gap = (a.eigenvalues.tail(last) - a.eigenvalues.head(last)).minCoeff();
  EXPECT_LE((a.vectors - b.vectors).leftCols(last).cwiseAbs().maxCoeff(), rounding / gap);
}

TEST(DenseModes, BothMethodsFindTheSameModes) {
  const Communicator comm = Communicator::world();
  const Structure open = example("open");
  SpringNetwork network = network_of(open.positions, 15);
  for (const bool weighted : {false, true}) {
    if (weighted) {
      network.inverse_sqrt_masses.resize(211);
      for (std::size_t i = 0; i < 211; ++i)
        network.inverse_sqrt_masses(static_cast<Eigen::Index>(i)) = 1 / std::sqrt(open.atoms[i].mass);
    }
    const NetworkModes direct = dense_modes(comm, network, 20, DenseMethod::tridiagonal);
    const NetworkModes inverse = dense_modes(comm, network, 20, DenseMethod::inverse);
    EXPECT_EQ(direct.method, "tridiagonal reduction");
    EXPECT_EQ(inverse.method, "inverse iteration");
    const double bound = largest_eigenvalue_bound(211, network.springs, network.inverse_sqrt_masses);
    expect_same(gathered(comm, direct), gathered(comm, inverse), 10 * 633 * epsilon * bound);
    EXPECT_LE(inverse.residual, 633 * epsilon * bound);
    EXPECT_LE(inverse.orthogonality, 633 * epsilon);
  }
}

TEST(DenseModes, SymmetryGivesPairsThatBothMethodsFind) {
  const Communicator comm = Communicator::world();
  // Five copies of a cloud around an axis: modes come alone or in pairs of equal eigenvalue.
  const Eigen::Matrix3Xd part = cloud(30, 8, 6).positions.colwise() + Eigen::Vector3d(4, 0, 0);
  Eigen::Matrix3Xd ring(3, 150);
  for (int copy = 0; copy < 5; ++copy)
    ring.middleCols(30 * copy, 30) =
        Eigen::AngleAxisd(0.4 * copy * std::numbers::pi, Eigen::Vector3d::UnitZ()).toRotationMatrix() * part;
  const SpringNetwork network = network_of(ring, 7);
  const NetworkModes direct = dense_modes(comm, network, 20, DenseMethod::tridiagonal);
  const NetworkModes inverse = dense_modes(comm, network, 20, DenseMethod::inverse);
  EXPECT_EQ(inverse.method, "inverse iteration");
  const double rounding = 10 * 450 * epsilon * largest_eigenvalue_bound(150, network.springs, {});
  EXPECT_LE((direct.modes.eigenvalues - inverse.modes.eigenvalues).cwiseAbs().maxCoeff(), rounding);
  int pairs = 0;
  for (Eigen::Index k = 1; k < 14; ++k)
    pairs += direct.modes.eigenvalues(k) - direct.modes.eigenvalues(k - 1) <= rounding;
  EXPECT_GE(pairs, 3);
}

TEST(DenseModes, AllAtomAdenylateKinaseHasTheKnownModes) {
  const Communicator comm = Communicator::world();
  const std::string path = ELASTEM_TEST_DATA "/../../../shared/data/4ake_chainB.pdb";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "4ake_chainB.pdb is not there";
  if (comm.size() != 2) GTEST_SKIP() << "takes some seconds: on two ranks only";
  const Structure structure = read_structure(path, {}).structure;
  ASSERT_EQ(structure.size(), 1656);
  const SpringNetwork network = network_of(structure.positions, 8);
  EXPECT_EQ(network.springs.size(), 61817u);
  const NetworkModes result = dense_modes(comm, network, 20);
  EXPECT_EQ(result.method, "inverse iteration");
  // Reference figures with seven and three decimals, the last of them rounded or cut.
  const double values[] = {0.0153439, 0.0363557, 0.0734534, 0.1273175, 0.1786374, 0.2593305};
  const double collectivities[] = {0.469, 0.517, 0.408};
  for (int k = 0; k < 6; ++k) EXPECT_NEAR(result.modes.eigenvalues(k), values[k], 1e-7);
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(result.modes.collectivity(k), collectivities[k], 1e-3);
}

std::string error_of(const Communicator& comm, const SpringNetwork& network, int last) {
  try {
    dense_modes(comm, network, last);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(DenseModes, ErrorsAreTheSameOnAllRanks) {
  const Communicator comm = Communicator::world();
  EXPECT_THAT(error_of(comm, cloud(4, 4, 8), 13), HasSubstr("4 nodes have only 12 modes"));
  // Two tetrahedra that share one node turn about it freely.
  Eigen::Matrix3Xd r(3, 7);
  r << 0, 1, 0, 0, -1, 0, 0,  //
      0, 0, 1, 0, 0, -1, 0,   //
      0, 0, 0, 1, 0, 0, -1;
  SpringNetwork hinged{r, {}, {}};
  for (const auto& part : {std::array{0, 1, 2, 3}, std::array{0, 4, 5, 6}})
    for (std::size_t a = 0; a < 4; ++a)
      for (std::size_t b = a + 1; b < 4; ++b) hinged.springs.push_back({part[a], part[b]});
  EXPECT_THAT(error_of(comm, hinged, 12), HasSubstr("9 zero modes, not six"));
}

}  // namespace
}  // namespace elastem
