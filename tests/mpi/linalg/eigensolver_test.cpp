#include "mpi/linalg/eigensolver.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "mpi/linalg/cholesky.hpp"
#include "mpi/linalg/inverse_iteration.hpp"

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
      for (const auto& [n, block, count] :
           {std::tuple{60, 7, 7}, {60, 7, 9}, {60, 96, 60}, {61, 5, 61}, {3, 1, 2}, {2, 2, 2}, {1, 1, 1}}) {
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

// Both ways through the tridiagonal matrix on the same matrix: few eigenpairs and all of them.
TEST(LowestEigenpairs, AreTheFirstOfAll) {
  const Communicator comm = Communicator::world();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  constexpr int n = 300, few = 5;
  EXPECT_EQ(tridiagonal_method(n, few, comm.size()), TridiagonalMethod::relatively_robust);
  EXPECT_EQ(tridiagonal_method(n, n, comm.size()), TridiagonalMethod::divide_and_conquer);
  const Eigen::MatrixXd a = random_symmetric(n);
  const Whole lowest = solved(grid, a, 16, few), all = solved(grid, a, 16, n);
  expect_eigenpairs(a, lowest);
  expect_eigenpairs(a, all);
  const double norm = all.values.cwiseAbs().maxCoeff();
  EXPECT_LE((lowest.values - all.values.head(few)).cwiseAbs().maxCoeff(), 10 * n * epsilon * norm);
}

TEST(TridiagonalMethod, KeepsRankZeroSmall) {
  EXPECT_EQ(tridiagonal_method(4968, 20, 2), TridiagonalMethod::relatively_robust);
  EXPECT_EQ(tridiagonal_method(4968, 620, 2), TridiagonalMethod::relatively_robust);
  EXPECT_EQ(tridiagonal_method(4968, 622, 2), TridiagonalMethod::divide_and_conquer);
  // More vectors than rank 0 has columns of the matrix.
  EXPECT_EQ(tridiagonal_method(4968, 100, 64), TridiagonalMethod::divide_and_conquer);
}

TEST(Cholesky, SolvesAndRefusesWhatIsNotPositiveDefinite) {
  const Communicator comm = Communicator::world();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  constexpr int n = 50;
  const Eigen::MatrixXd root = random_symmetric(n);
  const Eigen::MatrixXd a = root * root + Eigen::MatrixXd::Identity(n, n);
  const Eigen::MatrixXd b = root.leftCols(3);
  DistributedMatrix matrix(grid, a, 7, 7), indefinite(grid, root, 7, 7);
  EXPECT_TRUE(cholesky_factorise(matrix));
  const Eigen::MatrixXd x = cholesky_solve(matrix, b);
  EXPECT_LE((a * x - b).norm(), 10 * n * epsilon * a.norm() * x.norm());
  EXPECT_FALSE(cholesky_factorise(indefinite));
}

// A matrix with a null space of three vectors and eigenvalues 1, 1, 1, 4, 9, 16, …
struct Known {
  Eigen::MatrixXd a, vectors;
  Eigen::VectorXd values;
};

Known known_matrix(int n) {
  Known known;
  known.vectors = Eigen::HouseholderQR<Eigen::MatrixXd>(random_symmetric(n)).householderQ();
  known.values.resize(n);
  for (int i = 0; i < n; ++i) known.values(i) = i < 3 ? 0 : (i < 6 ? 1 : (i - 4) * (i - 4));
  known.a = known.vectors * known.values.asDiagonal() * known.vectors.transpose();
  return known;
}

TEST(LowestByInverse, FindsMultipleEigenvaluesBesideTheNullSpace) {
  const Communicator comm = Communicator::world();
  const auto [rows, columns] = grid_shape(comm.size(), 1 << 20);
  const ProcessGrid grid(comm, rows, columns);
  constexpr int n = 120, count = 6;
  const Known known = known_matrix(n);
  const double norm = known.values.maxCoeff(), tolerance = 100 * epsilon * norm;
  InverseIteration problem;
  problem.product = [&](const Eigen::MatrixXd& x) -> Eigen::MatrixXd { return known.a * x; };
  problem.null_space = known.vectors.leftCols(3);
  problem.count = count;
  problem.tolerance = tolerance;
  problem.block = 4;
  problem.row_offsets = uneven_rows(n, comm.size());
  const Eigen::MatrixXd shifted = known.a + 0.1 * Eigen::MatrixXd::Identity(n, n);
  DistributedMatrix factor(grid, shifted, 7, 7);
  EXPECT_TRUE(cholesky_factorise(factor));
  const auto spread = lowest_by_inverse(factor, problem);
  EXPECT_TRUE(spread.has_value());
  if (spread) {
    const Whole pairs = whole_of(comm, *spread);
    EXPECT_LE((pairs.values - known.values.segment(3, count)).cwiseAbs().maxCoeff(), tolerance);
    EXPECT_LE((known.a * pairs.vectors - pairs.vectors * pairs.values.asDiagonal()).norm(),
              count * tolerance);
    const Eigen::MatrixXd gram = pairs.vectors.transpose() * pairs.vectors;
    EXPECT_LE((gram - Eigen::MatrixXd::Identity(count, count)).cwiseAbs().maxCoeff(), 10 * n * epsilon);
    EXPECT_LE((problem.null_space.transpose() * pairs.vectors).cwiseAbs().maxCoeff(), 10 * n * epsilon);
  }
  problem.tolerance = 0;  // cannot be met
  EXPECT_FALSE(lowest_by_inverse(factor, problem).has_value());
}

}  // namespace
}  // namespace elastem
