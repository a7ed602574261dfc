#include "mpi/modes/sparse_modes.hpp"

#include <limits>
#include <numbers>
#include <string>

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/linalg/petsc.hpp"
#include "structure/structure_file.hpp"
#include "tests/support/random_network.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Structure labelled(const Eigen::Matrix3Xd& positions) {
  Structure structure;
  structure.positions = positions;
  for (int i = 0; i < positions.cols(); ++i)
    structure.atoms.push_back(Atom{.name = "CA",
                                   .residue_name = "GLY",
                                   .chain = "A",
                                   .residue_number = i / 5 + 1,
                                   .mass = 12.0 + i % 4});
  return structure;
}

Structure cloud(Eigen::Index nodes, double side) {
  return labelled(random_cloud(nodes, side, 5));
}

BlockNetwork network_of(const Structure& structure, double cutoff, int residues, bool weighted) {
  BlockNetwork network{structure.positions, cutoff, {}, single_nodes(structure.size())};
  if (residues > 0) network.blocks = residue_blocks(structure, residues);
  if (weighted) {
    network.inverse_sqrt_masses.resize(structure.size());
    for (std::size_t i = 0; i < structure.atoms.size(); ++i)
      network.inverse_sqrt_masses(static_cast<Eigen::Index>(i)) = 1 / std::sqrt(structure.atoms[i].mass);
  }
  return network;
}

Eigen::MatrixXd whole(BlockHessian& hessian) {
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(hessian.order(), hessian.order());
  for (std::int64_t a = 0; a < hessian.blocks(); ++a)
    for (const auto& block : hessian.upper_row(a))
      matrix.block(hessian.first_column(a), hessian.first_column(block.column), block.values.rows(),
                   block.values.cols()) = block.values;
  return matrix.selfadjointView<Eigen::Upper>();
}

// The rows of all ranks one below the other, on every rank.
Eigen::MatrixXd gathered(const Communicator& comm, const ElasticModes& modes, Eigen::Index nodes) {
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(3 * nodes, modes.modes.vectors.cols());
  all.middleRows(3 * modes.first_node, modes.modes.vectors.rows()) = modes.modes.vectors;
  comm.sum(std::span<double>(all.data(), static_cast<std::size_t>(all.size())));
  return all;
}

ElasticModes solved(const Communicator& comm, const BlockNetwork& network, int last) {
  BlockHessian hessian(network);
  const ElasticSurvey survey = survey_network(comm, hessian);
  SparseProblem problem(comm, hessian, network, survey);
  EXPECT_GT(problem.cost().factor_entries, 0);
  EXPECT_GT(problem.cost().rank_bytes, 0);
  return problem.solve(last);
}

TEST(SparseModes, AreThoseOfADenseSolver) {
  const Communicator comm = Communicator::world();
  const Structure structure = cloud(150, 18);
  for (const int residues : {0, 1, 3})
    for (const bool weighted : {false, true}) {
      const BlockNetwork network = network_of(structure, 7, residues, weighted);
      BlockHessian hessian(network);
      const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> dense(whole(hessian));
      const ElasticModes modes = solved(comm, network, 20);
      const double largest = dense.eigenvalues().tail<1>()(0);
      const double rounding = static_cast<double>(hessian.order()) * epsilon * largest;
      for (Eigen::Index k = 0; k < 14; ++k)
        EXPECT_NEAR(modes.modes.eigenvalues(k), dense.eigenvalues()(6 + k),
                    1e-9 * dense.eigenvalues()(6 + k) + rounding)
            << "mode " << 7 + k << ", " << residues << " residues per block";
      // The relative tolerance 1e-11 of 1/(λ + σ), times λ_max at most.
      EXPECT_LT(modes.residual, 1e-10 * largest + rounding);
      EXPECT_LT(modes.orthogonality, 100 * static_cast<double>(hessian.order()) * epsilon);
      EXPECT_LT(modes.rigid.maxCoeff(), 10 * rounding);
      EXPECT_TRUE(modes.free_nodes.empty());
      const Eigen::MatrixXd vectors = gathered(comm, modes, structure.size());
      for (Eigen::Index k = 0; k < 14; ++k) {
        EXPECT_NEAR(vectors.col(k).norm(), 1, 100 * epsilon);
        EXPECT_GT(vectors.col(k).maxCoeff(), -vectors.col(k).minCoeff());
      }
      if (residues > 0 || weighted) continue;
      // A·V = V·Λ with the vectors themselves.
      const Eigen::MatrixXd left = whole(hessian) * vectors - vectors * modes.modes.eigenvalues.asDiagonal();
      EXPECT_LT(left.colwise().norm().maxCoeff(), 1e-10 * largest + rounding);
    }
}

// A ring of twelve equal clusters: most modes come in pairs of equal eigenvalue, which one Krylov space of
// exact numbers would see once.
TEST(SparseModes, FindPairsOfEqualEigenvalue) {
  const Communicator comm = Communicator::world();
  const Structure piece = cloud(12, 7);
  Eigen::Matrix3Xd ring(3, 12 * 12);
  for (int k = 0; k < 12; ++k) {
    const Eigen::Matrix3d turn =
        Eigen::AngleAxisd(k * std::numbers::pi / 6, Eigen::Vector3d::UnitZ()).toRotationMatrix();
    ring.middleCols(12 * k, 12) = turn * (piece.positions.colwise() + Eigen::Vector3d(14, 0, 0));
  }
  const Structure structure = labelled(ring);
  const BlockNetwork network = network_of(structure, 6, 0, false);
  BlockHessian hessian(network);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> dense(whole(hessian));
  const ElasticModes modes = solved(comm, network, 30);
  const double rounding = static_cast<double>(hessian.order()) * epsilon * dense.eigenvalues().tail<1>()(0);
  for (Eigen::Index k = 0; k < 24; ++k)
    EXPECT_NEAR(modes.modes.eigenvalues(k), dense.eigenvalues()(6 + k),
                1e-9 * dense.eigenvalues()(6 + k) + rounding);
}

TEST(SparseModes, FindAllThereAre) {
  const Communicator comm = Communicator::world();
  const BlockNetwork network = network_of(cloud(12, 7), 9, 0, false);
  BlockHessian hessian(network);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> dense(whole(hessian));
  const ElasticModes modes = solved(comm, network, 36);
  ASSERT_EQ(modes.modes.count(), 30);
  for (Eigen::Index k = 0; k < 30; ++k)
    EXPECT_NEAR(modes.modes.eigenvalues(k), dense.eigenvalues()(6 + k), 1e-9 * dense.eigenvalues()(6 + k));
}

// Two springs hold a node in a plane only: its motion out of it is a seventh zero mode.
TEST(SparseModes, LeaveOutWhatMovesFreely) {
  const Communicator comm = Communicator::world();
  Structure structure = cloud(40, 9);
  structure.positions.conservativeResize(3, 41);
  structure.positions.col(40) = Eigen::Vector3d(0, 0, 100);
  structure.atoms.push_back(structure.atoms.back());
  for (double height = 100;; height -= 0.01) {
    structure.positions(2, 40) = height;
    if ((structure.positions.leftCols(40).colwise() - structure.positions.col(40))
            .colwise()
            .norm()
            .minCoeff() < 4.9)
      break;
  }
  const BlockNetwork network = network_of(structure, 5, 0, false);
  BlockHessian hessian(network);
  const ElasticSurvey survey = survey_network(comm, hessian);
  if (comm.root()) {
    EXPECT_THAT(survey.loose, ::testing::ElementsAre(40));
    EXPECT_THAT(checked_network(structure, network, survey), ::testing::HasSubstr("1 of 41 atoms"));
  }
  const ElasticModes modes = solved(comm, network, 10);
  ASSERT_GE(modes.free_nodes.size(), 1u);
  for (const auto node : modes.free_nodes) EXPECT_EQ(node, 40);
  EXPECT_GT(modes.modes.eigenvalues(0), 1e-6);
}

TEST(ElasticSurvey, SaysWhatTheNetworkIs) {
  const Communicator comm = Communicator::world();
  Structure structure = cloud(60, 9);
  structure.positions.rightCols(20).colwise() += Eigen::Vector3d(50, 0, 0);
  const BlockNetwork network = network_of(structure, 5, 1, false);
  BlockHessian hessian(network);
  const ElasticSurvey survey = survey_network(comm, hessian);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> dense(whole(hessian), Eigen::EigenvaluesOnly);
  EXPECT_GE(survey.eigenvalue_bound, dense.eigenvalues().maxCoeff());
  EXPECT_LT(survey.eigenvalue_bound, 50 * dense.eigenvalues().maxCoeff());
  std::int64_t springs = 0, pairs = 0;
  for (std::int64_t a = 0; a < hessian.blocks(); ++a) {
    springs += hessian.surroundings(a).springs;
    pairs += static_cast<std::int64_t>(hessian.upper_row(a).size());
  }
  EXPECT_EQ(survey.springs, springs);
  EXPECT_EQ(survey.block_pairs, pairs);
  if (!comm.root()) return;
  EXPECT_EQ(survey.piece, (std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_THROW(
      try { checked_network(structure, network, survey); } catch (const Error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("2 pieces"));
        throw;
      },
      Error);
}

TEST(PetscSession, MayBeStartedAgain) {
  const Communicator comm = Communicator::world();
  for (int i = 0; i < 2; ++i) {
    const petsc::SlepcSession session(comm);
    PetscBool running = PETSC_FALSE;
    EXPECT_EQ(SlepcInitialized(&running), 0);
    EXPECT_TRUE(running);
  }
}

}  // namespace
}  // namespace elastem
