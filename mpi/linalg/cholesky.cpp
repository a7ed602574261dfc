#include "mpi/linalg/cholesky.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "mpi/linalg/scalapack.hpp"

namespace elastem {

bool cholesky_factorise(DistributedMatrix& matrix) {
  const int n = matrix.rows(), one = 1;
  int info = 0;
  if (matrix.grid().active()) {
    pdpotrf_("L", &n, matrix.data(), &one, &one, matrix.descriptor(), &info);
    require(info >= 0, "pdpotrf accepts its arguments");
  }
  return matrix.grid().comm().max(info) == 0;
}

Eigen::MatrixXd cholesky_solve(DistributedMatrix& factor, const Eigen::MatrixXd& b) {
  require(factor.rows() == b.rows(), "the right-hand sides have as many rows as the matrix");
  const ProcessGrid& grid = factor.grid();
  const int n = factor.rows(), count = static_cast<int>(b.cols()), one = 1;
  const int column_block = std::max(1, (count + grid.columns() - 1) / grid.columns());
  DistributedMatrix x(grid, b, factor.row_block(), column_block);
  if (grid.active()) {
    int info = 0;
    pdpotrs_("L", &n, &count, factor.data(), &one, &one, factor.descriptor(), x.data(), &one, &one,
             x.descriptor(), &info);
    require(info == 0, "pdpotrs accepts its arguments");
  }
  return x.gathered_columns(0, count);
}

}  // namespace elastem
