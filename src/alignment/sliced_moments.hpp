#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/row_slices.hpp"

namespace elastem {

/// Mean and standard deviation of a quantity over `count` images.
struct Summary {
  std::int64_t count = 0;
  double mean = 0, sd = 0;
};

/// Count, sum and sum of squares of some quantities over the rows of a table, kept slice by slice in memory
/// that does not grow with the number of rows. A rank adds whole slices, each in ascending order; the flat
/// sums are then added over ranks; summaries add the slices in order: they are the same to the last bit on
/// any number of ranks.
class SlicedMoments {
 public:
  SlicedMoments(std::int64_t rows, int quantities);

  /// How the rows are cut.
  const RowSlices& slices() const { return slices_; }

  /// The row that `note` speaks of from here on.
  void begin(std::int64_t row);
  void note(int quantity, double value);

  /// What is to be added element by element over ranks before `summary`.
  std::span<double> sums() { return sums_; }

  /// Of all rows; mean and standard deviation times `scale`, NaN where nothing was noted.
  Summary summary(int quantity, double scale = 1) const;

 private:
  std::size_t place(int slice, int quantity) const;

  int quantities_;
  RowSlices slices_;
  int slice_ = 0;             // of the row being added
  std::vector<double> sums_;  // a slice and a quantity: count, sum, squares
};

}  // namespace elastem
