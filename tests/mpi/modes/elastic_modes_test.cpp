#include "mpi/modes/elastic_modes.hpp"

#include <cmath>
#include <limits>
#include <span>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "modes/elastic_network.hpp"
#include "mpi/modes/mode_accuracy.hpp"
#include "tests/support/spring_network.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Eigen::MatrixXd random_matrix(Eigen::Index rows, Eigen::Index columns) {
  Random random(11, Stream::sampling, 0);
  Eigen::MatrixXd matrix(rows, columns);
  for (double& x : matrix.reshaped()) x = random.normal();
  return matrix;
}

// This rank's rows of a matrix of 3N rows.
Eigen::MatrixXd own_rows(const Communicator& comm, const Eigen::MatrixXd& whole) {
  const auto split = node_split(whole.rows() / 3, comm.size());
  const auto here = split.begin() + comm.rank();
  return whole.middleRows(3 * here[0], 3 * (here[1] - here[0]));
}

Eigen::MatrixXd gathered(const Communicator& comm, const Eigen::MatrixXd& rows, Eigen::Index nodes) {
  Eigen::MatrixXd whole = Eigen::MatrixXd::Zero(3 * nodes, rows.cols());
  whole.middleRows(3 * node_split(nodes, comm.size())[static_cast<std::size_t>(comm.rank())], rows.rows()) =
      rows;
  comm.sum(std::span(whole.data(), static_cast<std::size_t>(whole.size())));
  return whole;
}

TEST(NodeSplit, CoversAllNodesEvenly) {
  EXPECT_EQ(node_split(10, 3), (std::vector<std::int64_t>{0, 3, 6, 10}));
  EXPECT_EQ(node_split(2, 4), (std::vector<std::int64_t>{0, 0, 1, 1, 2}));
}

TEST(JudgedModes, HaveUnitNormAPositiveSignAndAreJudged) {
  Eigen::MatrixXd vectors = Eigen::MatrixXd::Zero(30, 2);
  for (int i = 0; i < 10; ++i) vectors(3 * i, 0) = i == 4 ? -2 : 1;
  vectors(5, 1) = -3;
  vectors(6, 1) = 0.1;
  const NormalModes modes = judged_modes(Communicator::self(), Eigen::Vector2d(0.5, 0.7), vectors);
  EXPECT_EQ(modes.numbers, (std::vector<int>{7, 8}));
  for (int k = 0; k < 2; ++k) {
    EXPECT_NEAR(modes.vectors.col(k).norm(), 1, 30 * epsilon);
    EXPECT_EQ(modes.vectors.col(k).maxCoeff(), modes.vectors.col(k).cwiseAbs().maxCoeff());
  }
  EXPECT_GT(modes.collectivity(0), 0.8);
  EXPECT_EQ(modes.enabled[0], 1);
  EXPECT_LT(modes.collectivity(1), 0.15);
  EXPECT_EQ(modes.enabled[1], 0);
}

// Also with more ranks than nodes.
TEST(JudgedModes, AreThoseOfOneRank) {
  const Communicator comm = Communicator::world();
  for (const Eigen::Index nodes : {50, 3, 2}) {
    const Eigen::MatrixXd whole = random_matrix(3 * nodes, 6);
    const Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(6, 1, 2);
    const NormalModes expected = judged_modes(Communicator::self(), values, whole);
    const NormalModes modes = judged_modes(comm, values, own_rows(comm, whole));
    EXPECT_EQ(modes.numbers, expected.numbers);
    EXPECT_EQ(modes.eigenvalues, expected.eigenvalues);
    EXPECT_EQ(modes.enabled, expected.enabled);
    EXPECT_EQ(modes.score, expected.score);
    const double rounding = 3 * static_cast<double>(nodes) * epsilon;  // of sums over all entries
    EXPECT_LE((modes.collectivity - expected.collectivity).cwiseAbs().maxCoeff(), rounding);
    EXPECT_LE((gathered(comm, modes.vectors, nodes) - expected.vectors).cwiseAbs().maxCoeff(), rounding);
  }
}

TEST(JudgedModes, FirstOfEquallyLargeComponentsIsPositive) {
  const Communicator comm = Communicator::world();
  Eigen::MatrixXd whole = Eigen::MatrixXd::Constant(12, 2, 0.1);
  // Rounding makes the later one the largest.
  whole(2, 0) = -0.5;
  whole(10, 0) = 0.5 * (1 + 4 * epsilon);
  whole(2, 1) = 0.5;
  whole(10, 1) = -0.5 * (1 + 4 * epsilon);
  const NormalModes modes = judged_modes(comm, Eigen::Vector2d(1, 2), own_rows(comm, whole));
  const Eigen::MatrixXd vectors = gathered(comm, modes.vectors, 4);
  for (const Eigen::Index k : {0, 1}) {
    EXPECT_GT(vectors(2, k), 0);
    EXPECT_LT(vectors(10, k), 0);
  }
}

/// A small network and all its eigenpairs.
struct Solved {
  BlockNetwork network;
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

Solved solved_cloud(Eigen::Index nodes) {
  Solved solved;
  solved.network = {6 * random_matrix(3, nodes), 12, {}, single_nodes(nodes)};
  const Eigen::MatrixXd hessian =
      hessian_product(solved.network.positions, find_springs(solved.network.positions, 12), {},
                      Eigen::MatrixXd::Identity(3 * nodes, 3 * nodes));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(hessian);
  solved.values = solver.eigenvalues();
  solved.vectors = solver.eigenvectors();
  return solved;
}

ModeAccuracy accuracy_of(const Communicator& comm, const Solved& solved, Eigen::Index count) {
  BlockHessian hessian(solved.network);
  return mode_accuracy(comm, hessian, solved.values.head(count),
                       own_rows(comm, solved.vectors.leftCols(count)));
}

// 20 vectors are looked at one by one, 90 in combinations; one wrong entry among them shows either way.
TEST(ModeAccuracy, ShowsASingleWrongEntry) {
  const Communicator comm = Communicator::world();
  const Solved good = solved_cloud(30);
  const double norm = good.values.maxCoeff(), error = 1e-6;
  for (const Eigen::Index count : {20, 90}) {
    const ModeAccuracy fine = accuracy_of(comm, good, count);
    EXPECT_LE(fine.residual, 10 * 90 * epsilon * norm);
    EXPECT_LE(fine.orthogonality, 10 * 90 * epsilon);
    Solved turned = good;
    turned.vectors.col(12) += error * turned.vectors.col(11);
    EXPECT_GE(accuracy_of(comm, turned, count).orthogonality, 0.9 * error);
    Solved shifted = good;
    shifted.values(12) += error;
    EXPECT_GE(accuracy_of(comm, shifted, count).residual,
              0.9 * error * good.vectors.col(12).cwiseAbs().maxCoeff());
  }
}

}  // namespace
}  // namespace elastem
