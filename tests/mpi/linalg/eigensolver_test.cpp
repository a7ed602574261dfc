#include "mpi/linalg/eigensolver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Eigen::MatrixXd random_symmetric(int n) {
  Random random(7, Stream::sampling, static_cast<std::uint64_t>(n));
  Eigen::MatrixXd a(n, n);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i <= j; ++i) a(i, j) = a(j, i) = random.normal();
  return a;
}

/// Eigenpairs whose vectors are whole on every rank.
struct Whole {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

// Rank r has the rows r²·n/R² …: uneven, and none where there are more ranks than rows.
std::vector<std::int64_t> uneven_rows(std::int64_t n, int ranks) {
  std::vector<std::int64_t> offsets;
  for (std::int64_t r = 0; r <= ranks; ++r) offsets.push_back(r * r * n / (ranks * ranks));
  return offsets;
}

Whole whole_of(const Communicator& comm, const Eigenpairs& pairs) {
  double n = static_cast<double>(pairs.rows.rows());
  comm.sum(std::span(&n, 1));
  const std::vector<std::int64_t> offsets = uneven_rows(static_cast<std::int64_t>(n), comm.size());
  Whole whole{pairs.values, Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(n), pairs.rows.cols())};
  whole.vectors.middleRows(offsets[static_cast<std::size_t>(comm.rank())], pairs.rows.rows()) = pairs.rows;
  comm.sum(std::span(whole.vectors.data(), static_cast<std::size_t>(whole.vectors.size())));
  return whole;
}

Whole solved(const ProcessGrid& grid, const Eigen::MatrixXd& a, int block, int count) {
  const int n = static_cast<int>(a.rows());
  DistributedMatrix matrix(grid, n, n, block, block);
  for (int j = 0; j < n; ++j)
    for (int i = j; i < n; ++i)  // the lower triangle is enough
      if (double* entry = matrix.local_entry(i, j)) *entry = a(i, j);
  return whole_of(grid.comm(),
                  lowest_eigenpairs(std::move(matrix), count, uneven_rows(n, grid.comm().size())));
}

// n·ε of the norm is what a backward stable solver guarantees up to a small constant.
void expect_eigenpairs(const Eigen::MatrixXd& a, const Whole& pairs) {
  const auto n = static_cast<double>(a.rows());
  const double tolerance = 10 * n * epsilon;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> reference(a);
  const double norm = reference.eigenvalues().cwiseAbs().maxCoeff();
  const Eigen::Index count = pairs.values.size();
  EXPECT_LE((pairs.values - reference.eigenvalues().head(count)).cwiseAbs().maxCoeff(), tolerance * norm);
  EXPECT_LE((a * pairs.vectors - pairs.vectors * pairs.values.asDiagonal()).cwiseAbs().maxCoeff(),
            tolerance * norm);
  EXPECT_LE((pairs.vectors.transpose() * pairs.vectors - Eigen::MatrixXd::Identity(count, count))
                .cwiseAbs()
                .maxCoeff(),
            tolerance);
}

TEST(LowestEigenpairs, SolveTheirEquationOnEveryGrid) {
  const Communicator comm = Communicator::world();
  for (int rows = 1; rows <= comm.size(); ++rows)
    for (int columns = 1; rows * columns <= comm.size(); ++columns) {
      const ProcessGrid grid(comm, rows, columns);
      for (const auto& [n, block, count] : {std::tuple{60, 7, 7},
                                            {60, 7, 9},
                                            {60, 15, 60},
                                            {61, 5, 61},
                                            {260, 16, 9},
                                            {4, 1, 3},
                                            {3, 3, 2}}) {
        if (block * std::max(rows, columns) > n) continue;  // each row and column of the grid has a block
        SCOPED_TRACE(testing::Message()
                     << "grid " << rows << "x" << columns << " n " << n << " block " << block);
        const Eigen::MatrixXd a = random_symmetric(n);
        expect_eigenpairs(a, solved(grid, a, block, count));
      }
    }
}

TEST(LowestEigenpairs, AreOrthonormalInsideAMultipleEigenvalue) {
  const Communicator comm = Communicator::world();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  // A = 1 − Q Qᵀ with six orthonormal columns Q: 0 six times, 1 for the rest.
  constexpr int n = 80;
  const Eigen::MatrixXd full = random_symmetric(n);
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(full.leftCols(6)).householderQ() *
                            Eigen::MatrixXd::Identity(n, 6);
  const Eigen::MatrixXd a = Eigen::MatrixXd::Identity(n, n) - q * q.transpose();
  expect_eigenpairs(a, solved(grid, a, 8, 12));
}

TEST(LowestEigenpairs, AreOrthonormalWhereMostEigenvaluesAreEqual) {
  const Communicator comm = Communicator::world();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  // Reflections of a random plane and a diagonal matrix: nearly everything is deflated.
  constexpr int n = 90;
  const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(random_symmetric(n)).householderQ();
  Eigen::VectorXd values = Eigen::VectorXd::Ones(n);
  values.head(30).setConstant(-2);
  expect_eigenpairs(q * values.asDiagonal() * q.transpose(),
                    solved(grid, q * values.asDiagonal() * q.transpose(), 8, n));
  expect_eigenpairs(Eigen::VectorXd::LinSpaced(n, -1, 3).asDiagonal(),
                    solved(grid, Eigen::VectorXd::LinSpaced(n, -1, 3).asDiagonal(), 8, n));
}

// Both reductions of the same matrix: few eigenpairs and all of them.
TEST(LowestEigenpairs, AreTheFirstOfAll) {
  const Communicator comm = Communicator::world();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  constexpr int n = 300, few = 5;
  EXPECT_EQ(chosen_reduction(n, few), Reduction::two_stages);
  EXPECT_EQ(chosen_reduction(n, n), Reduction::one_stage);
  const Eigen::MatrixXd a = random_symmetric(n);
  const Whole lowest = solved(grid, a, 16, few), all = solved(grid, a, 16, n);
  expect_eigenpairs(a, lowest);
  expect_eigenpairs(a, all);
  const double norm = all.values.cwiseAbs().maxCoeff();
  EXPECT_LE((lowest.values - all.values.head(few)).cwiseAbs().maxCoeff(), 10 * n * epsilon * norm);
}

TEST(ChosenReduction, TakesTwoStagesForFewPairsOfALargeMatrix) {
  EXPECT_EQ(chosen_reduction(4968, 20), Reduction::two_stages);
  EXPECT_EQ(chosen_reduction(4968, 1241), Reduction::two_stages);
  EXPECT_EQ(chosen_reduction(4968, 1242), Reduction::one_stage);
  EXPECT_EQ(chosen_reduction(200, 20), Reduction::one_stage);
}

}  // namespace
}  // namespace elastem
