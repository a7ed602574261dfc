#include "alignment/sliced_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace elastem {

SlicedMoments::SlicedMoments(std::int64_t rows, int quantities)
    : quantities_(quantities),
      slices_{rows},
      sums_(static_cast<std::size_t>(RowSlices::count) * static_cast<std::size_t>(quantities) * 3, 0.0) {
  require(rows >= 0 && quantities >= 1, "moments of some quantities");
}

std::size_t SlicedMoments::place(int slice, int quantity) const {
  return static_cast<std::size_t>(slice * quantities_ + quantity) * 3;
}

void SlicedMoments::begin(std::int64_t row) {
  require(row >= 0 && row < slices_.rows, "a row of the table");
  slice_ = slices_.slice_of(row, slice_);
}

void SlicedMoments::note(int quantity, double value) {
  const std::size_t here = place(slice_, quantity);
  sums_[here] += 1;
  sums_[here + 1] += value;
  sums_[here + 2] += value * value;
}

Summary SlicedMoments::summary(int quantity, double scale) const {
  double count = 0, sum = 0, squares = 0;
  for (int slice = 0; slice < RowSlices::count; ++slice) {
    const std::size_t here = place(slice, quantity);
    count += sums_[here];
    sum += sums_[here + 1];
    squares += sums_[here + 2];
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (count == 0) return {0, nan, nan};
  const double mean = sum / count;
  const double variance = std::max(0.0, squares / count - mean * mean);
  return {static_cast<std::int64_t>(count), mean * scale, std::sqrt(variance) * scale};
}

}  // namespace elastem
