#pragma once

#include <cstdint>

namespace elastem {

/// Rows 0 … rows−1 cut into fixed slices of nearly equal length. A sum over rows that is kept slice by slice,
/// each slice added up in ascending order by one rank, and then adds the slices in order, has the same bits
/// on any number of ranks.
struct RowSlices {
  static constexpr int count = 256;
  std::int64_t rows = 0;

  /// First row of a slice; begin(count) is the number of rows.
  std::int64_t begin(int slice) const { return rows / count * slice + rows % count * slice / count; }
  /// The slice that holds `row`; `guess` makes the search short when rows come in order.
  int slice_of(std::int64_t row, int guess = 0) const {
    while (row < begin(guess)) --guess;
    while (row >= begin(guess + 1)) ++guess;
    return guess;
  }
  /// First slice of rank `rank` of `ranks`: consecutive ranks hold consecutive slices.
  static int first_of_rank(int rank, int ranks) {
    return static_cast<int>(static_cast<std::int64_t>(count) * rank / ranks);
  }
};

}  // namespace elastem
