#pragma once

#include <array>
#include <cstdint>

#include "core/row_slices.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The sum of a number per row, kept by slices of the rows, so that it has the same bits on any number of
/// ranks: a rank adds the rows of whole slices, ascending.
class SlicedSum {
 public:
  explicit SlicedSum(std::int64_t rows) : slices_{rows} {}

  void add(std::int64_t row, double value) {
    slice_ = slices_.slice_of(row, slice_);
    sums_[static_cast<std::size_t>(slice_)] += value;
    ++count_;
  }
  /// Of all ranks: the sum, and how many numbers it is of. Collective.
  double sum(const Communicator& comm) {
    comm.sum(sums_);
    double sum = 0;
    for (const double one : sums_) sum += one;
    sums_.fill(0);
    return sum;
  }
  std::int64_t count(const Communicator& comm) const { return comm.sum(count_); }

 private:
  RowSlices slices_;
  int slice_ = 0;
  std::int64_t count_ = 0;
  std::array<double, RowSlices::count> sums_{};
};

}  // namespace elastem
