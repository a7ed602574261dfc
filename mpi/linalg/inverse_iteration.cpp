#include "mpi/linalg/inverse_iteration.hpp"

#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "core/error.hpp"
#include "core/random.hpp"
#include "mpi/linalg/cholesky.hpp"
#include "mpi/linalg/contiguous_rows.hpp"

namespace elastem {

namespace {

// The growing search space and its projection of A; rank 0 owns the only one.
class SearchSpace {
 public:
  SearchSpace(const InverseIteration& problem, Eigen::Index n, int largest)
      : problem_(&problem), basis_(n, largest), product_(n, largest), projected_(largest, largest) {}

  /// A block to start from: random numbers that are the same in every run.
  Eigen::MatrixXd start() const {
    Eigen::MatrixXd block(basis_.rows(), problem_->block);
    for (Eigen::Index k = 0; k < block.cols(); ++k) {
      Random random(1, Stream::sampling, static_cast<std::uint64_t>(k));
      for (double& x : block.col(k)) x = random.normal();
    }
    return block;
  }

  /// Adds what the block has beyond the space and returns it, orthonormal; false when that is nothing or too
  /// much.
  bool extend(Eigen::MatrixXd& block) {
    const Eigen::Index from = size_, count = block.cols();
    if (from + count > basis_.cols()) return false;
    const Eigen::VectorXd before = block.colwise().norm();
    // Twice is enough for orthogonality to rounding (Kahan, Parlett); so is QR between its two rounds.
    for (int round = 0; round < 2; ++round) {
      block -= problem_->null_space * (problem_->null_space.transpose() * block).eval();
      block -= basis_.leftCols(from) * (basis_.leftCols(from).transpose() * block).eval();
      const Eigen::HouseholderQR<Eigen::MatrixXd> qr(block);
      const Eigen::VectorXd pivots = qr.matrixQR().diagonal().head(count).cwiseAbs();
      if (round == 0 && pivots.minCoeff() <= 1e3 * std::numeric_limits<double>::epsilon() * before.maxCoeff())
        return false;
      block = qr.householderQ() * Eigen::MatrixXd::Identity(block.rows(), count);
    }
    basis_.middleCols(from, count) = block;
    product_.middleCols(from, count) = problem_->product(block);
    size_ += count;
    projected_.block(0, from, size_, count) =
        basis_.leftCols(size_).transpose() * product_.middleCols(from, count);
    projected_.block(from, 0, count, from) = projected_.block(0, from, from, count).transpose();
    return true;
  }

  /// Whether the lowest Ritz pairs are eigenpairs; then `values` and `vectors` are set.
  bool converged(Eigen::VectorXd& values, Eigen::MatrixXd& vectors) const {
    const int count = problem_->count;
    // One block more than wanted, so that a pair which came late cannot be missed.
    if (size_ < count + 2 * problem_->block) return false;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz(projected_.topLeftCorner(size_, size_));
    const Eigen::MatrixXd weights = ritz.eigenvectors().leftCols(count);
    values = ritz.eigenvalues().head(count);
    vectors = basis_.leftCols(size_) * weights;
    const Eigen::MatrixXd residual = product_.leftCols(size_) * weights - vectors * values.asDiagonal();
    return residual.colwise().norm().maxCoeff() <= problem_->tolerance;
  }

 private:
  const InverseIteration* problem_;
  Eigen::MatrixXd basis_, product_, projected_;
  Eigen::Index size_ = 0;
};

void broadcast(const Communicator& comm, Eigen::MatrixXd& matrix) {
  for (Eigen::Index k = 0; k < matrix.cols(); ++k)
    comm.broadcast(std::span<double>(matrix.col(k).data(), static_cast<std::size_t>(matrix.rows())));
}

enum class Progress : int { go_on, done, failed };

}  // namespace

int largest_search_space(const InverseIteration& problem) {
  return 12 * problem.count + 30 * problem.block;
}

std::optional<Eigenpairs> lowest_by_inverse(DistributedMatrix& factor, const InverseIteration& problem) {
  const Communicator& comm = factor.grid().comm();
  const Eigen::Index n = factor.rows();
  std::optional<SearchSpace> space;
  Eigenpairs pairs{Eigen::VectorXd(problem.count), {}};
  Eigen::MatrixXd vectors;  // on rank 0
  Eigen::MatrixXd block(n, problem.block);
  collectively(comm, [&] {
    if (!comm.root()) return;
    space.emplace(problem, n, largest_search_space(problem));
    block = space->start();
  });
  // Rank 0 decides, so that ranks on different processors never disagree about the number of steps.
  for (auto progress = Progress::go_on;;) {
    collectively(comm, [&] {
      if (!comm.root()) return;
      if (!space->extend(block))
        progress = Progress::failed;
      else if (space->converged(pairs.values, vectors))
        progress = Progress::done;
    });
    comm.broadcast(std::span<Progress>(&progress, 1));
    if (progress == Progress::failed) return std::nullopt;
    if (progress == Progress::done) break;
    broadcast(comm, block);
    block = cholesky_solve(factor, block);
  }
  comm.broadcast(std::span<double>(pairs.values.data(), static_cast<std::size_t>(problem.count)));
  pairs.rows = contiguous_rows(comm, vectors, problem.count, problem.row_offsets);
  return pairs;
}

}  // namespace elastem
