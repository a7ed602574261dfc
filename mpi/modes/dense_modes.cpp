#include "mpi/modes/dense_modes.hpp"

#include <limits>
#include <optional>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/linalg/eigensolver.hpp"
#include "mpi/modes/elastic_expansion.hpp"
#include "mpi/modes/mode_accuracy.hpp"

namespace elastem {

namespace {

void require_accuracy(const ModeAccuracy& accuracy, std::int64_t order, double largest) {
  const double rounding = 100 * static_cast<double>(order) * std::numeric_limits<double>::epsilon();
  if (accuracy.residual <= rounding * largest && accuracy.orthogonality <= rounding) return;
  throw Error(
      fmt::format("the eigensolver's vectors are wrong: residual {:.2g}, orthogonality {:.2g}. The library "
                  "of linear algebra "
                  "may not know this processor; try OPENBLAS_CORETYPE=Haswell.",
                  accuracy.residual, accuracy.orthogonality));
}

// Allocating it may fail on one rank. Collective.
DistributedMatrix shared_hessian(const ProcessGrid& grid, BlockHessian& hessian) {
  std::optional<DistributedMatrix> matrix;
  const int block = block_size(hessian.order(), grid.rows(), grid.columns());
  collectively(grid.comm(), [&] { matrix.emplace(elastic_hessian(grid, hessian, block)); });
  return std::move(*matrix);
}

// The unknowns at which the ranks' shares of the blocks begin, and their number.
std::vector<std::int64_t> unknowns_of_ranks(const Communicator& comm, const BlockHessian& hessian) {
  std::vector<std::int64_t> offsets;
  for (const std::int64_t block : node_split(hessian.blocks(), comm.size()))
    offsets.push_back(hessian.first_column(block));
  return offsets;
}

// Whether this rank holds some of the columns of block a.
bool holds_columns(const DistributedMatrix& matrix, const BlockHessian& hessian, std::int64_t a) {
  const ProcessGrid& grid = matrix.grid();
  for (auto column = hessian.first_column(a); column < hessian.first_column(a + 1); ++column)
    if (column / matrix.column_block() % grid.columns() == grid.column()) return true;
  return false;
}

}  // namespace

DistributedMatrix elastic_hessian(const ProcessGrid& grid, BlockHessian& hessian, int block) {
  DistributedMatrix matrix(grid, hessian.order(), hessian.order(), block, block);
  if (!grid.active()) return matrix;
  for (std::int64_t a = 0; a < hessian.blocks(); ++a) {
    if (!holds_columns(matrix, hessian, a)) continue;
    for (const auto& part : hessian.upper_row(a))  // transposed: a column of the lower triangle
      for (Eigen::Index i = 0; i < part.values.rows(); ++i)
        for (Eigen::Index j = 0; j < part.values.cols(); ++j)
          if (double* entry = matrix.local_entry(static_cast<int>(hessian.first_column(part.column) + j),
                                                 static_cast<int>(hessian.first_column(a) + i)))
            *entry = part.values(i, j);
  }
  return matrix;
}

ElasticModes dense_modes(const Communicator& comm, BlockHessian& hessian, const BlockNetwork& network,
                         const ElasticSurvey& survey, int last) {
  require(last >= first_elastic_mode, "elastic modes start at 7");
  const auto [grid_rows, grid_columns] = grid_shape(comm.size(), hessian.order());
  const ProcessGrid grid(comm, grid_rows, grid_columns);
  const std::vector<std::int64_t> row_offsets = unknowns_of_ranks(comm, hessian);
  ElasticModes result;
  Eigenpairs pairs;
  constexpr Eigen::Index rigid = first_elastic_mode - 1;
  int free = 0, count = 0;
  for (; count < last + free;
       free = free_motions(pairs.values.tail(count - rigid), survey)) {  // twice where there are some
    count = last + free;
    require_modes(hessian, count);
    DistributedMatrix matrix = shared_hessian(grid, hessian);
    result.stages.lap("Hessian");
    pairs = lowest_eigenpairs(std::move(matrix), count, row_offsets);
    result.stages.lap("eigenpairs");
  }
  const ModeAccuracy accuracy = mode_accuracy(comm, hessian, pairs.values, pairs.rows);
  collectively(comm, [&] { require_accuracy(accuracy, hessian.order(), survey.eigenvalue_bound); });
  result.stages.lap("check");
  result.residual = accuracy.residual;
  result.orthogonality = accuracy.orthogonality;
  result.rigid = pairs.values.head<rigid>();
  result.method = fmt::format(
      "dense, {} (ELPA)",
      chosen_reduction(hessian.order(), count) == Reduction::two_stages ? "two stages" : "one stage");
  expand_modes(comm, hessian, network, pairs.values.tail(count - rigid), pairs.rows.rightCols(count - rigid),
               free, result);
  result.stages.lap("expansion");
  return result;
}

}  // namespace elastem
