#include "mpi/linalg/eigensolver.hpp"

#include <cstdlib>
#include <elpa/elpa.h>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/linalg/contiguous_rows.hpp"
#include "mpi/linalg/scalapack.hpp"

namespace elastem {

namespace {

// The upper triangle from the lower one, which ELPA wants whole; `spare` is of the same shape.
void mirror(DistributedMatrix& matrix, DistributedMatrix& spare) {
  constexpr int one = 1;
  constexpr double all = 1, nothing = 0;
  const int n = matrix.rows();
  pdtran_(&n, &n, &all, matrix.data(), &one, &one, matrix.descriptor(), &nothing, spare.data(), &one, &one,
          spare.descriptor());
  const auto rows = static_cast<std::size_t>(matrix.local_rows());
  for (int j = 0; j < matrix.local_columns(); ++j)
    for (int i = 0; i < matrix.local_rows() && matrix.global_row(i) < matrix.global_column(j); ++i) {
      const std::size_t at = static_cast<std::size_t>(j) * rows + static_cast<std::size_t>(i);
      matrix.data()[at] = spare.data()[at];
    }
}

// ELPA's code; 0: success. On the ranks of the grid alone.
int solve(const Communicator& active, DistributedMatrix& matrix, int count, double* values,
          DistributedMatrix& vectors) {
  constexpr int api_version = 20221109;
  int code = elpa_init(api_version), ignored = 0;
  if (code != ELPA_OK) return code;
  const elpa_t handle = elpa_allocate(&code);
  const auto set = [&](const char* name, int value) {
    if (code == ELPA_OK) elpa_set_integer(handle, name, value, &code);
  };
  set("na", matrix.rows());
  set("nev", count);
  set("local_nrows", matrix.local_rows());
  set("local_ncols", matrix.local_columns());
  set("nblk", matrix.row_block());
  set("mpi_comm_parent", static_cast<int>(MPI_Comm_c2f(active.handle())));
  set("process_row", matrix.grid().row());
  set("process_col", matrix.grid().column());
  if (code == ELPA_OK) code = elpa_setup(handle);
  const bool two = chosen_reduction(matrix.rows(), count) == Reduction::two_stages;
  set("solver", two ? ELPA_SOLVER_2STAGE : ELPA_SOLVER_1STAGE);
  if (code == ELPA_OK) elpa_eigenvectors_a_h_a_d(handle, matrix.data(), values, vectors.data(), &code);
  elpa_deallocate(handle, &ignored);
  elpa_uninit(&ignored);
  return code;
}

// The eigenvectors over the grid, in the first `count` columns; the matrix is gone afterwards. Collective.
DistributedMatrix spread_eigenvectors(DistributedMatrix matrix, int count, Eigen::VectorXd& values) {
  const ProcessGrid& grid = matrix.grid();
  const int n = matrix.rows(), block = matrix.row_block();
  DistributedMatrix vectors(grid, n, n, block, block);
  values.resize(n);
  const Communicator active = grid.comm().split(grid.active() ? 0 : 1);
  int code = 0;
  if (grid.active()) {
    mirror(matrix, vectors);
    code = solve(active, matrix, count, values.data(), vectors);
  }
  if (const int failure = grid.comm().max(std::abs(code)); failure != 0)
    throw Error(
        fmt::format("ELPA failed with code {}. Check the library of linear algebra that "
                    "`elastem --version` names.",
                    -failure));
  values.conservativeResize(count);
  grid.comm().broadcast(values);
  return vectors;
}

}  // namespace

Reduction chosen_reduction(std::int64_t n, std::int64_t count) {
  constexpr std::int64_t share = 4;       // measured (docs/modes.md)
  constexpr std::int64_t smallest = 256;  // some times the width of the band, 64
  return n >= smallest && count * share < n ? Reduction::two_stages : Reduction::one_stage;
}

int eigensolver_copies(Reduction reduction) {
  return reduction == Reduction::two_stages ? 5 : 4;
}

double eigensolver_numbers(std::pair<int, int> grid, std::int64_t n, std::int64_t count, int block) {
  const int order = static_cast<int>(n);
  const double part = static_cast<double>(local_count(order, block, 0, grid.first)) *
                      static_cast<double>(local_count(order, block, 0, grid.second));
  constexpr double panels = 4 * 64;  // of the width of the band, in flight
  return eigensolver_copies(chosen_reduction(n, count)) * part + panels * order;
}

Eigenpairs lowest_eigenpairs(DistributedMatrix matrix, int count,
                             const std::vector<std::int64_t>& row_offsets) {
  require(matrix.rows() == matrix.columns() && matrix.row_block() == matrix.column_block(),
          "the matrix is square");
  require(count > 0 && count <= matrix.rows(), "there are as many eigenpairs as asked for");
  Eigenpairs pairs;
  const DistributedMatrix vectors = spread_eigenvectors(std::move(matrix), count, pairs.values);
  pairs.rows = contiguous_rows(vectors, count, row_offsets);
  return pairs;
}

}  // namespace elastem
