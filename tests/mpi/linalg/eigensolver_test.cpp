#include "mpi/linalg/eigensolver.hpp"

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

Eigenpairs solved(const ProcessGrid& grid, const Eigen::MatrixXd& a, int block, int count) {
  const int n = static_cast<int>(a.rows());
  DistributedMatrix matrix(grid, n, n, block, block);
  for (int j = 0; j < n; ++j)
    for (int i = j; i < n; ++i)  // the lower triangle is enough
      if (double* entry = matrix.local_entry(i, j)) *entry = a(i, j);
  return lowest_eigenpairs(matrix, count);
}

// n·ε of the norm is what a backward stable solver guarantees up to a small constant.
void expect_eigenpairs(const Eigen::MatrixXd& a, const Eigenpairs& pairs) {
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
           {std::tuple{60, 7, 9}, {60, 96, 60}, {3, 1, 2}, {2, 2, 2}, {1, 1, 1}}) {
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

TEST(LowestEigenpairs, AreTheSameOnEveryRank) {
  const Communicator comm = Communicator::world();
  const ProcessGrid grid(comm, 1, comm.size());
  const Eigenpairs pairs = solved(grid, random_symmetric(40), 4, 5);
  Eigen::MatrixXd from_root = pairs.vectors;
  comm.broadcast(std::span<double>(from_root.data(), static_cast<std::size_t>(from_root.size())));
  EXPECT_EQ(from_root, pairs.vectors);
}

}  // namespace
}  // namespace elastem
