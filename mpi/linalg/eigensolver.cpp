#include "mpi/linalg/eigensolver.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "mpi/linalg/contiguous_rows.hpp"
#include "mpi/linalg/scalapack.hpp"
#include "mpi/linalg/tridiagonal_reduction.hpp"

namespace elastem {

namespace {

constexpr int one = 1, ask_for_size = -1;

// The largest part that a rank has of an n×n matrix.
double largest_part(std::pair<int, int> grid, int n, int block) {
  return static_cast<double>(local_count(n, block, 0, grid.first)) *
         static_cast<double>(local_count(n, block, 0, grid.second));
}

// What pdstedc asks for beside the vectors.
double divide_and_conquer_numbers(std::pair<int, int> grid, int n, int block) {
  return 2 * largest_part(grid, n, block) + 6.0 * n;
}

std::pair<int, int> shape_of(const ProcessGrid& grid) {
  return {grid.rows(), grid.columns()};
}

// The lowest eigenpairs of T (n×count). Local.
Eigen::MatrixXd lowest_vectors(Tridiagonal t, int count, Eigen::VectorXd& lowest) {
  const int n = static_cast<int>(t.diagonal.size());
  Eigen::MatrixXd vectors(n, count);
  std::vector<double> values(static_cast<std::size_t>(n));
  std::vector<int> support(2 * static_cast<std::size_t>(count));
  const double unused = 0;
  int found = 0, try_relative = 1, info = 0, integers = 0;
  double size = 0;
  const auto run = [&](double* work, int work_size, int* integer_work, int integer_size) {
    dstemr_("V", "I", &n, t.diagonal.data(), t.subdiagonal.data(), &unused, &unused, &one, &count, &found,
            values.data(), vectors.data(), &n, &count, support.data(), &try_relative, work, &work_size,
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
  lowest = Eigen::Map<Eigen::VectorXd>(values.data(), count);
  return vectors;
}

// Columns of `all`, which rank 0 holds, on the grid; some at a time. Collective.
void spread_columns(const Communicator& comm, const Eigen::MatrixXd& all, DistributedMatrix& spread) {
  constexpr int step = 16;
  Eigen::MatrixXd some(spread.rows(), step);
  for (int first = 0; first < spread.columns(); first += step) {
    const int count = std::min(step, spread.columns() - first);
    if (comm.root()) some.leftCols(count) = all.middleCols(first, count);
    comm.broadcast(std::span<double>(
        some.data(), static_cast<std::size_t>(some.rows()) * static_cast<std::size_t>(count)));
    spread.set_columns(first, some.leftCols(count));
  }
}

// The lowest eigenvectors of T, found on rank 0, so that all have the same even where their processors
// differ. Collective.
DistributedMatrix by_relatively_robust(const DistributedMatrix& like, const Tridiagonal& t, int count,
                                       Eigen::VectorXd& values) {
  const ProcessGrid& grid = like.grid();
  const Communicator& comm = grid.comm();
  Eigen::MatrixXd vectors;
  values.resize(count);
  collectively(comm, [&] {
    if (comm.root()) vectors = lowest_vectors(t, count, values);
  });
  comm.broadcast(std::span<double>(values.data(), static_cast<std::size_t>(count)));
  const int column_block = std::max(1, (count + grid.columns() - 1) / grid.columns());
  DistributedMatrix spread(grid, like.rows(), count, like.row_block(), column_block);
  spread_columns(comm, vectors, spread);
  return spread;
}

// All eigenvectors of T over the grid. Collective.
DistributedMatrix by_divide_and_conquer(const DistributedMatrix& like, Tridiagonal t, int count,
                                        Eigen::VectorXd& values) {
  const ProcessGrid& grid = like.grid();
  const int n = like.rows(), block = like.row_block();
  DistributedMatrix vectors(grid, n, n, block, block);
  int info = 0;
  if (grid.active()) {
    const int size = static_cast<int>(divide_and_conquer_numbers(shape_of(grid), n, block));
    const int integers = 2 + 7 * n + 8 * grid.columns();
    std::vector<double> work(static_cast<std::size_t>(size));
    std::vector<int> integer_work(static_cast<std::size_t>(integers));
    pdstedc_("I", &n, t.diagonal.data(), t.subdiagonal.data(), vectors.data(), &one, &one,
             vectors.descriptor(), work.data(), &size, integer_work.data(), &integers, &info);
  }
  if (const double code = grid.comm().max(std::abs(info)); code != 0)
    throw Error("ScaLAPACK's divide and conquer (pdstedc) failed with code " +
                std::to_string(static_cast<int>(code)) +
                ". Check the library of linear algebra that `elastem --version` names.");
  grid.comm().broadcast(std::span(t.diagonal));
  values = Eigen::Map<Eigen::VectorXd>(t.diagonal.data(), count);
  return vectors;
}

// The first `count` vectors ← Q·vectors over the grid.
void transform_back(DistributedMatrix& matrix, const std::vector<double>& tau, DistributedMatrix& vectors,
                    int count) {
  if (!matrix.grid().active()) return;
  const int n = matrix.rows();
  int info = 0;
  double size = 0;
  pdormtr_("L", "L", "N", &n, &count, matrix.data(), &one, &one, matrix.descriptor(), tau.data(),
           vectors.data(), &one, &one, vectors.descriptor(), &size, &ask_for_size, &info);
  const int work_size = static_cast<int>(size);
  std::vector<double> work(static_cast<std::size_t>(work_size));
  pdormtr_("L", "L", "N", &n, &count, matrix.data(), &one, &one, matrix.descriptor(), tau.data(),
           vectors.data(), &one, &one, vectors.descriptor(), work.data(), &work_size, &info);
  require(info == 0, "pdormtr accepts its arguments");
}

// The eigenvectors over the grid, in the first `count` columns; the matrix is gone afterwards.
DistributedMatrix spread_eigenvectors(DistributedMatrix matrix, int count, Eigen::VectorXd& values) {
  std::vector<double> tau;
  const Tridiagonal t = reduced_to_tridiagonal(matrix, tau);
  const auto method = tridiagonal_method(matrix.rows(), count, matrix.grid().comm().size());
  DistributedMatrix vectors = method == TridiagonalMethod::relatively_robust
                                  ? by_relatively_robust(matrix, t, count, values)
                                  : by_divide_and_conquer(matrix, t, count, values);
  transform_back(matrix, tau, vectors, count);
  return vectors;
}

// ScaLAPACK counts with 32 bits, its own work space too.
void require_countable(const DistributedMatrix& matrix, int count) {
  const ProcessGrid& grid = matrix.grid();
  if (tridiagonal_method(matrix.rows(), count, grid.comm().size()) != TridiagonalMethod::divide_and_conquer ||
      divide_and_conquer_numbers(shape_of(grid), matrix.rows(), matrix.row_block()) <=
          std::numeric_limits<int>::max())
    return;
  throw Error("all eigenvectors of a matrix of order " + std::to_string(matrix.rows()) + " on " +
              std::to_string(grid.rows() * grid.columns()) +
              " ranks are more than ScaLAPACK can count. Use more ranks, or ask for fewer modes.");
}

}  // namespace

TridiagonalMethod tridiagonal_method(std::int64_t n, std::int64_t count, int ranks) {
  constexpr std::int64_t share = 8;
  return count * share <= n && count * ranks <= n ? TridiagonalMethod::relatively_robust
                                                  : TridiagonalMethod::divide_and_conquer;
}

double eigensolver_numbers(std::pair<int, int> grid, int ranks, std::int64_t n, std::int64_t count,
                           int block) {
  const int order = static_cast<int>(n);
  const double part = largest_part(grid, order, block);
  const double panels = reduction_numbers(order);
  if (tridiagonal_method(n, count, ranks) == TridiagonalMethod::divide_and_conquer)
    return 2 * part + divide_and_conquer_numbers(grid, order, block) + panels;
  // Rank 0's vectors of T, those on the grid, and the work space of the former with some on their way.
  const double vectors = static_cast<double>(count) * (1 + 1.0 / (grid.first * grid.second));
  return part + panels + static_cast<double>(n) * (vectors + 48);
}

Eigenpairs lowest_eigenpairs(DistributedMatrix matrix, int count,
                             const std::vector<std::int64_t>& row_offsets) {
  require(matrix.rows() == matrix.columns() && matrix.row_block() == matrix.column_block(),
          "the matrix is square");
  require(count > 0 && count <= matrix.rows(), "there are as many eigenpairs as asked for");
  require_countable(matrix, count);
  Eigenpairs pairs;
  const DistributedMatrix vectors = spread_eigenvectors(std::move(matrix), count, pairs.values);
  pairs.rows = contiguous_rows(vectors, count, row_offsets);
  return pairs;
}

}  // namespace elastem
