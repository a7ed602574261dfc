#include "mpi/linalg/eigensolver.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "mpi/linalg/scalapack.hpp"

namespace elastem {

namespace {

constexpr int one = 1, ask_for_size = -1;

/// A symmetric tridiagonal matrix.
struct Tridiagonal {
  std::vector<double> diagonal, subdiagonal;
};

// T of A = Q T Qᵀ on every rank; Q stays in `matrix` and `tau`. Collective.
Tridiagonal reduced(DistributedMatrix& matrix, std::vector<double>& tau) {
  const int n = matrix.rows();
  const auto columns = static_cast<std::size_t>(matrix.local_columns());
  std::vector<double> d(columns + 1), e(columns + 1);
  tau.assign(columns + 1, 0.0);
  if (matrix.grid().active()) {
    int info = 0;
    double size = 0;
    pdsytrd_("L", &n, matrix.data(), &one, &one, matrix.descriptor(), d.data(), e.data(), tau.data(), &size,
             &ask_for_size, &info);
    const int work_size = static_cast<int>(size);
    std::vector<double> work(static_cast<std::size_t>(work_size));
    pdsytrd_("L", &n, matrix.data(), &one, &one, matrix.descriptor(), d.data(), e.data(), tau.data(),
             work.data(), &work_size, &info);
    require(info == 0, "pdsytrd accepts its arguments");
  }
  Tridiagonal t{std::vector<double>(static_cast<std::size_t>(n)),
                std::vector<double>(static_cast<std::size_t>(n))};
  if (matrix.grid().row() == 0)  // every row of the grid has a copy
    for (std::size_t j = 0; j < columns; ++j) {
      const auto column = static_cast<std::size_t>(matrix.global_column(static_cast<int>(j)));
      t.diagonal[column] = d[j];
      if (column + 1 < t.subdiagonal.size()) t.subdiagonal[column] = e[j];
    }
  matrix.grid().comm().sum(std::span(t.diagonal));
  matrix.grid().comm().sum(std::span(t.subdiagonal));
  return t;
}

// The lowest eigenpairs of T. Local.
Eigenpairs tridiagonal_eigenpairs(Tridiagonal t, int count) {
  const int n = static_cast<int>(t.diagonal.size());
  std::vector<double> values(static_cast<std::size_t>(n));
  Eigenpairs pairs{Eigen::VectorXd(count), Eigen::MatrixXd(n, count)};
  std::vector<int> support(2 * static_cast<std::size_t>(count));
  const double unused = 0;
  int found = 0, try_relative = 1, info = 0, integers = 0;
  double size = 0;
  const auto run = [&](double* work, int work_size, int* integer_work, int integer_size) {
    dstemr_("V", "I", &n, t.diagonal.data(), t.subdiagonal.data(), &unused, &unused, &one, &count, &found,
            values.data(), pairs.vectors.data(), &n, &count, support.data(), &try_relative, work, &work_size,
            integer_work, &integer_size, &info);
  };
  run(&size, ask_for_size, &integers, ask_for_size);
  std::vector<double> work(static_cast<std::size_t>(size));
  std::vector<int> integer_work(static_cast<std::size_t>(integers));
  run(work.data(), static_cast<int>(work.size()), integer_work.data(), integers);
  if (info != 0 || found != count)
    throw Error("LAPACK found " + std::to_string(found) + " of " + std::to_string(count) +
                " eigenvectors (dstemr, code " + std::to_string(info) +
                "). Check the library of linear algebra that `elastem --version` names.");
  pairs.values = Eigen::Map<Eigen::VectorXd>(values.data(), count);
  return pairs;
}

// Q·vectors over the grid, then on every rank. Collective.
Eigen::MatrixXd transformed_back(DistributedMatrix& matrix, const std::vector<double>& tau,
                                 const Eigen::MatrixXd& vectors) {
  const ProcessGrid& grid = matrix.grid();
  const int n = matrix.rows(), count = static_cast<int>(vectors.cols());
  const int column_block = std::max(1, (count + grid.columns() - 1) / grid.columns());
  DistributedMatrix result(grid, vectors, matrix.row_block(), column_block);
  if (grid.active()) {
    int info = 0;
    double size = 0;
    pdormtr_("L", "L", "N", &n, &count, matrix.data(), &one, &one, matrix.descriptor(), tau.data(),
             result.data(), &one, &one, result.descriptor(), &size, &ask_for_size, &info);
    const int work_size = static_cast<int>(size);
    std::vector<double> work(static_cast<std::size_t>(work_size));
    pdormtr_("L", "L", "N", &n, &count, matrix.data(), &one, &one, matrix.descriptor(), tau.data(),
             result.data(), &one, &one, result.descriptor(), work.data(), &work_size, &info);
    require(info == 0, "pdormtr accepts its arguments");
  }
  return result.gathered_columns(0, count);
}

}  // namespace

Eigenpairs lowest_eigenpairs(DistributedMatrix& matrix, int count) {
  require(matrix.rows() == matrix.columns() && matrix.row_block() == matrix.column_block(),
          "the matrix is square");
  require(count > 0 && count <= matrix.rows(), "there are as many eigenpairs as asked for");
  const Communicator& comm = matrix.grid().comm();
  std::vector<double> tau;
  const Tridiagonal tridiagonal = reduced(matrix, tau);
  // On one rank, so that all have the same even where their processors differ.
  Eigenpairs pairs{Eigen::VectorXd(count), Eigen::MatrixXd(matrix.rows(), count)};
  collectively(comm, [&] {
    if (comm.root()) pairs = tridiagonal_eigenpairs(tridiagonal, count);
  });
  comm.broadcast(std::span<double>(pairs.values.data(), static_cast<std::size_t>(count)));
  for (Eigen::Index k = 0; k < count; ++k)
    comm.broadcast(std::span<double>(pairs.vectors.col(k).data(), static_cast<std::size_t>(matrix.rows())));
  pairs.vectors = transformed_back(matrix, tau, pairs.vectors);
  return pairs;
}

}  // namespace elastem
