#include "mpi/linalg/contiguous_rows.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace elastem {

namespace {

using Counts = std::vector<int>;
using Offsets = std::vector<std::int64_t>;

// Where each count starts, if all follow one another.
Counts starts(const Counts& counts) {
  Counts result(counts.size());
  for (std::size_t i = 1; i < counts.size(); ++i) result[i] = result[i - 1] + counts[i - 1];
  return result;
}

/// A range of local rows or columns.
struct Range {
  int first, last;
  int size() const { return last - first; }
};

/// What each rank of a grid holds of a range of global rows or columns.
class CyclicLayout {
 public:
  explicit CyclicLayout(const DistributedMatrix& matrix) : matrix_(&matrix), grid_(&matrix.grid()) {}

  int grid_row(int rank) const { return rank < active() ? rank / grid_->columns() : -1; }
  int grid_column(int rank) const { return rank < active() ? rank % grid_->columns() : -1; }
  Range rows(int grid_row, std::int64_t first, std::int64_t last) const {
    return range(first, last, matrix_->row_block(), grid_row, grid_->rows());
  }
  Range columns(int grid_column, std::int64_t first, std::int64_t last) const {
    return range(first, last, matrix_->column_block(), grid_column, grid_->columns());
  }
  int global_row(int grid_row, int local) const {
    return cyclic_to_global(local, matrix_->row_block(), grid_row, grid_->rows());
  }
  int global_column(int grid_column, int local) const {
    return cyclic_to_global(local, matrix_->column_block(), grid_column, grid_->columns());
  }

 private:
  int active() const { return grid_->rows() * grid_->columns(); }
  static Range range(std::int64_t first, std::int64_t last, int block, int process, int processes) {
    return {local_count(static_cast<int>(first), block, process, processes),
            local_count(static_cast<int>(last), block, process, processes)};
  }

  const DistributedMatrix* matrix_;
  const ProcessGrid* grid_;
};

void require_offsets(const Communicator& comm, std::int64_t rows, const Offsets& offsets) {
  require(offsets.size() == static_cast<std::size_t>(comm.size()) + 1 && offsets.front() == 0 &&
              offsets.back() == rows && std::ranges::is_sorted(offsets),
          "the ranks' rows are all rows in order");
}

// As many columns as make 16 MB of the rank with the most rows.
int columns_a_step(const Offsets& offsets) {
  constexpr std::int64_t entries = 1 << 21;
  std::int64_t most = 1;
  for (std::size_t r = 1; r < offsets.size(); ++r) most = std::max(most, offsets[r] - offsets[r - 1]);
  return static_cast<int>(std::max<std::int64_t>(1, entries / most));
}

// Moves columns first … last−1.
void move_columns(const DistributedMatrix& matrix, const CyclicLayout& layout, int first, int last,
                  const Offsets& offsets, Eigen::MatrixXd& result) {
  const Communicator& comm = matrix.grid().comm();
  const auto ranks = static_cast<std::size_t>(comm.size()), here = static_cast<std::size_t>(comm.rank());
  Counts sent(ranks), received(ranks);
  const Range columns = layout.columns(matrix.grid().column(), first, last);
  for (std::size_t r = 0; r < ranks; ++r) {
    const int rank = static_cast<int>(r);
    sent[r] = layout.rows(matrix.grid().row(), offsets[r], offsets[r + 1]).size() * columns.size();
    received[r] = layout.rows(layout.grid_row(rank), offsets[here], offsets[here + 1]).size() *
                  layout.columns(layout.grid_column(rank), first, last).size();
  }
  const Counts sent_at = starts(sent), received_at = starts(received);
  std::vector<double> out(static_cast<std::size_t>(sent_at.back() + sent.back()));
  std::vector<double> in(static_cast<std::size_t>(received_at.back() + received.back()));
  auto next_out = out.begin();
  for (std::size_t r = 0; r < ranks; ++r) {
    const Range rows = layout.rows(matrix.grid().row(), offsets[r], offsets[r + 1]);
    for (int j = columns.first; j < columns.last; ++j)
      next_out = std::copy_n(matrix.local_column(j) + rows.first, rows.size(), next_out);
  }
  MPI_Alltoallv(out.data(), sent.data(), sent_at.data(), MPI_DOUBLE, in.data(), received.data(),
                received_at.data(), MPI_DOUBLE, comm.handle());
  auto next_in = in.begin();
  for (int rank = 0; rank < comm.size(); ++rank) {
    const int p = layout.grid_row(rank), q = layout.grid_column(rank);
    const Range rows = layout.rows(p, offsets[here], offsets[here + 1]),
                theirs = layout.columns(q, first, last);
    for (int j = theirs.first; j < theirs.last; ++j)
      for (int i = rows.first; i < rows.last; ++i)
        result(layout.global_row(p, i) - offsets[here], layout.global_column(q, j)) = *next_in++;
  }
}

}  // namespace

Eigen::MatrixXd contiguous_rows(const DistributedMatrix& matrix, int columns, const Offsets& row_offsets) {
  const Communicator& comm = matrix.grid().comm();
  require_offsets(comm, matrix.rows(), row_offsets);
  require(columns > 0 && columns <= matrix.columns(), "the columns exist");
  const auto here = row_offsets.begin() + comm.rank();
  Eigen::MatrixXd result(here[1] - here[0], columns);
  const CyclicLayout layout(matrix);
  const int step = columns_a_step(row_offsets);
  for (int first = 0; first < columns; first += step)
    move_columns(matrix, layout, first, std::min(first + step, columns), row_offsets, result);
  return result;
}

}  // namespace elastem
