#include "mpi/linalg/tridiagonal_reduction.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "core/error.hpp"
#include "mpi/linalg/scalapack.hpp"

namespace elastem {

namespace {

constexpr int panel_width = 32;

/// A reflection 1 − tau·v·vᵀ that maps x to (beta, 0, …); v replaces x, its first entry being 1.
struct Reflection {
  double beta, tau;
};

Reflection reflect(Eigen::Ref<Eigen::VectorXd> x) {
  const double alpha = x(0), rest = x.tail(x.size() - 1).stableNorm();
  x(0) = 1;
  if (rest == 0) return {alpha, 0};
  const double beta = -std::copysign(std::hypot(alpha, rest), alpha);
  x.tail(x.size() - 1) /= alpha - beta;
  return {beta, (beta - alpha) / beta};
}

class Reduction {
 public:
  Reduction(DistributedMatrix& matrix, std::vector<double>& tau)
      : a_(matrix),
        grid_(matrix.grid()),
        n_(matrix.rows()),
        tau_(tau),
        v_(n_, panel_width),
        w_(n_, panel_width),
        own_(matrix.local_rows(), 2 * panel_width),
        own_v_(matrix.local_rows()),
        own_y_(matrix.local_rows()) {
    tau_.assign(static_cast<std::size_t>(matrix.local_columns()) + 1, 0.0);
    t_.diagonal.assign(static_cast<std::size_t>(n_), 0.0);
    t_.subdiagonal.assign(static_cast<std::size_t>(n_), 0.0);
  }

  Tridiagonal run() {
    for (int first = 0; first < n_; first += panel_width) {
      const int width = std::min(panel_width, n_ - first);
      for (int c = 0; c < width; ++c) step(first + c, c);
      update_below(first + width, width);
    }
    return std::move(t_);
  }

 private:
  int rows_before(int global) const { return local_count(global, a_.row_block(), grid_.row(), grid_.rows()); }
  int columns_before(int global) const {
    return local_count(global, a_.column_block(), grid_.column(), grid_.columns());
  }
  void sum(double* values, int count) const {
    grid_.comm().sum(std::span<double>(values, static_cast<std::size_t>(count)));
  }

  // Column j of A, from the diagonal down, with the panel's `c` reflections applied.
  Eigen::VectorXd column(int j, int c) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n_ - j);
    if (const int local = columns_before(j); columns_before(j + 1) > local) {
      const int first = rows_before(j), count = a_.local_rows() - first;
      Eigen::Map<Eigen::VectorXd> own(a_.data() + offset(first, local), count);
      own.noalias() -= own_.block(first, 0, count, c) * w_.row(j).head(c).transpose();
      own.noalias() -= own_.block(first, panel_width, count, c) * v_.row(j).head(c).transpose();
      for (int i = 0; i < count; ++i) x(a_.global_row(first + i) - j) = own(i);
    }
    sum(x.data(), n_ - j);  // every entry comes from one rank
    return x;
  }

  // Reflects column j, the panel's c-th, and finds the vectors by which the rest of the matrix will change.
  void step(int j, int c) {
    Eigen::VectorXd x = column(j, c);
    t_.diagonal[static_cast<std::size_t>(j)] = x(0);
    v_.col(c).setZero();
    w_.col(c).setZero();
    if (j + 1 < n_) {
      const Reflection reflection = reflect(x.tail(n_ - j - 1));
      t_.subdiagonal[static_cast<std::size_t>(j)] = reflection.beta;
      v_.col(c).tail(n_ - j - 1) = x.tail(n_ - j - 1);
      store(j, c, reflection.tau);
      multiply(j + 1, c);
      auto v = v_.col(c).tail(n_ - j - 1), w = w_.col(c).tail(n_ - j - 1);
      w *= reflection.tau;
      w -= (0.5 * reflection.tau * w.dot(v)) * v;
    }
    for (int i = rows_before(j); i < a_.local_rows(); ++i) {
      own_(i, c) = v_(a_.global_row(i), c);
      own_(i, panel_width + c) = w_(a_.global_row(i), c);
    }
  }

  // The reflection in the place of the column, for pdormtr.
  void store(int j, int c, double tau) {
    const int local = columns_before(j);
    if (columns_before(j + 1) == local) return;
    tau_[static_cast<std::size_t>(local)] = tau;
    for (int i = rows_before(j + 2); i < a_.local_rows(); ++i)
      a_.data()[offset(i, local)] = v_(a_.global_row(i), c);
  }

  // w ← (A − V Wᵀ − W Vᵀ) v from row `first` on, where V and W are the panel's first c columns.
  void multiply(int first, int c) {
    w_.col(c).setZero();
    multiply_own_part(first, c);
    if (c > 0) multiply_panel(first, c);
    sum(w_.col(c).data() + first, n_ - first);
  }

  // w −= (V Wᵀ + W Vᵀ) v, each rank some rows of it.
  void multiply_panel(int first, int c) {
    const int rank = grid_.comm().rank(), ranks = grid_.comm().size();
    const auto row = [&](int r) {
      return first + static_cast<int>(static_cast<std::int64_t>(n_ - first) * r / ranks);
    };
    const int from = row(rank), count = row(rank + 1) - from;
    const auto v = v_.block(from, 0, count, c), w = w_.block(from, 0, count, c);
    const auto x = v_.col(c).segment(from, count);
    Eigen::VectorXd products(2 * c);
    products << w.transpose() * x, v.transpose() * x;
    sum(products.data(), 2 * c);
    w_.col(c).segment(from, count) -= v * products.head(c) + w * products.tail(c);
  }

  // This rank's part of the lower triangle from `first` on, times v, and its mirror image times v.
  void multiply_own_part(int first, int c) {
    const int top = rows_before(first), rows = a_.local_rows();
    for (int i = top; i < rows; ++i) own_v_(i) = v_(a_.global_row(i), c);
    own_y_.tail(rows - top).setZero();
    for (int local = columns_before(first); local < a_.local_columns();) {
      const int column = a_.global_column(local), block = a_.column_block();
      const int next = std::min(n_, (column / block + 1) * block), width = next - column;
      const double* const x = &v_(column, c);
      double* const y = &w_(column, c);
      if (const int diagonal = rows_before(column); rows_before(next) > diagonal)
        dsymv_("L", &width, &plus, a_.data() + offset(diagonal, local), &rows, x, &one, &plus, y, &one);
      for (int i = rows_before(next); i < rows; i += rows_a_piece) {
        const int count = std::min(rows_a_piece, rows - i);
        const double* const piece = a_.data() + offset(i, local);
        dgemv_("N", &count, &width, &plus, piece, &rows, x, &one, &plus, &own_y_(i), &one);
        dgemv_("T", &count, &width, &plus, piece, &rows, &own_v_(i), &one, &plus, y, &one);
      }
      local += width;
    }
    for (int i = top; i < rows; ++i) w_(a_.global_row(i), c) += own_y_(i);
  }

  // A −= V Wᵀ + W Vᵀ in this rank's part of the lower triangle from `first` on (and somewhat above it).
  void update_below(int first, int width) {
    constexpr int columns_a_step = 256;
    const int rows = a_.local_rows(), depth = 2 * panel_width;
    own_.middleCols(width, panel_width - width).setZero();
    own_.rightCols(panel_width - width).setZero();
    for (int local = columns_before(first); local < a_.local_columns(); local += columns_a_step) {
      const int count = std::min(columns_a_step, a_.local_columns() - local);
      Eigen::MatrixXd turned(depth, count);
      for (int j = 0; j < count; ++j) {
        const int column = a_.global_column(local + j);
        turned.col(j) << w_.row(column).transpose(), v_.row(column).transpose();
      }
      const int top = rows_before(a_.global_column(local)), height = rows - top;
      if (height > 0)
        dgemm_("N", "N", &height, &count, &depth, &minus, &own_(top, 0), &rows, turned.data(), &depth, &plus,
               a_.data() + offset(top, local), &rows);
    }
  }

  std::size_t offset(int row, int column) const {
    return static_cast<std::size_t>(column) * static_cast<std::size_t>(a_.local_rows()) +
           static_cast<std::size_t>(row);
  }

  static constexpr int one = 1, rows_a_piece = 128;  // a piece of 128 × block fits into the cache
  static constexpr double plus = 1, minus = -1;

  DistributedMatrix& a_;
  const ProcessGrid& grid_;
  int n_;
  std::vector<double>& tau_;
  Tridiagonal t_;
  Eigen::MatrixXd v_, w_;          // the panel's vectors, whole
  Eigen::MatrixXd own_;            // (V W) at this rank's rows
  Eigen::VectorXd own_v_, own_y_;  // at this rank's rows
};

}  // namespace

double reduction_numbers(int n) {
  return (4.0 * panel_width + 8) * n;  // V and W, both again at the rank's rows, and single vectors
}

Tridiagonal reduced_to_tridiagonal(DistributedMatrix& matrix, std::vector<double>& tau) {
  require(matrix.rows() == matrix.columns() && matrix.row_block() == matrix.column_block(),
          "the matrix is square");
  return Reduction(matrix, tau).run();
}

}  // namespace elastem
