#include "mpi/modes/elastic_solver.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/random_network.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

TEST(ChosenSolver, FollowsSizeAndNumberOfModes) {
  EXPECT_EQ(chosen_solver(Solver::automatic, 600, 20).solver, Solver::scalapack);
  EXPECT_EQ(chosen_solver(Solver::automatic, 4968, 20).solver, Solver::slepc);
  EXPECT_EQ(chosen_solver(Solver::automatic, 4968, 4968).solver, Solver::scalapack);
  EXPECT_EQ(chosen_solver(Solver::slepc, 600, 600).solver, Solver::slepc);
  EXPECT_EQ(chosen_solver(Solver::scalapack, 100000, 20).solver, Solver::scalapack);
  EXPECT_EQ(chosen_solver(Solver::scalapack, 100000, 20).reason, "as asked for");
  EXPECT_THAT(chosen_solver(Solver::automatic, 4968, 4968).reason, HasSubstr("one in 16"));
}

TEST(ElasticSolver, SolversAgreeAndSayWhatTheyTake) {
  const Communicator comm = Communicator::world();
  const BlockNetwork network = random_network(120, 17, 7, 4);
  BlockHessian hessian(network);
  const ElasticSurvey survey = survey_network(comm, hessian);
  ElasticSolver dense(comm, hessian, network, survey, Solver::scalapack, 20);
  ElasticSolver sparse(comm, hessian, network, survey, Solver::slepc, 20);
  EXPECT_THAT(dense.description(), HasSubstr("dense solve on"));
  EXPECT_THAT(sparse.description(), HasSubstr("million entries"));
  for (ElasticSolver* solver : {&dense, &sparse}) {
    EXPECT_GT(solver->rank_bytes(), 0);
    EXPECT_GT(solver->estimated_seconds(), 0);
    EXPECT_NO_THROW(solver->require_memory());
  }
  const ElasticModes a = dense.solve(), b = sparse.solve();
  EXPECT_EQ(a.first_node, b.first_node);
  EXPECT_THAT(a.stages.text(), HasSubstr("Hessian"));
  EXPECT_THAT(b.stages.text(), HasSubstr("factorisation"));
  const double rounding = 10 * 360 * std::numeric_limits<double>::epsilon() * survey.eigenvalue_bound;
  for (Eigen::Index k = 0; k < 14; ++k)
    EXPECT_NEAR(a.modes.eigenvalues(k), b.modes.eigenvalues(k), 1e-9 * a.modes.eigenvalues(k) + rounding);
}

TEST(ElasticSolver, RefusesADenseSolveThatCannotFit) {
  const Communicator comm = Communicator::world();
  // 200,000 nodes on a lattice: a matrix of 2,880 GB, of which nothing is made.
  Eigen::Matrix3Xd r(3, 200000);
  for (Eigen::Index i = 0; i < r.cols(); ++i)
    r.col(i) = 3.0 * Eigen::Vector3d(static_cast<double>(i % 60), static_cast<double>(i / 60 % 60),
                                     static_cast<double>(i / 3600));
  const BlockNetwork network{r, 4, {}, single_nodes(r.cols())};
  BlockHessian hessian(network);
  const ElasticSurvey survey;
  const ElasticSolver solver(comm, hessian, network, survey, Solver::scalapack, 20);
  EXPECT_THROW(
      try { solver.require_memory(); } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("2880 GB"));
        EXPECT_THAT(error.what(), HasSubstr("--solver slepc"));
        throw;
      },
      Error);
}

}  // namespace
}  // namespace elastem
