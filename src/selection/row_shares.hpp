#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace elastem {

/// How much each of some consecutive rows counts in each of several sets, 0 … 1: a selection that may be
/// half-hearted.
class RowShares {
 public:
  /// All shares are `all`.
  RowShares(std::int64_t first, std::int64_t rows, std::size_t sets, float all = 1);

  std::size_t sets() const { return sets_; }
  std::int64_t first() const { return first_; }
  std::int64_t rows() const { return std::ssize(values_) / static_cast<std::int64_t>(sets_); }
  /// One per set. `row` counts as `first` does.
  std::span<float> of(std::int64_t row) { return std::span(values_).subspan(place(row), sets_); }
  std::span<const float> of(std::int64_t row) const { return std::span(values_).subspan(place(row), sets_); }

 private:
  std::size_t place(std::int64_t row) const { return static_cast<std::size_t>(row - first_) * sets_; }

  std::int64_t first_;
  std::size_t sets_;
  std::vector<float> values_;
};

/// Each set cut in two: half h (1 or 2) of set s stands at 2s + h − 1. `halves`: that of each row.
RowShares halved(const RowShares& shares, std::span<const std::uint8_t> halves);

/// Shares of `places`, equally far apart and ascending, for a value on their axis: 1 at a place, falling
/// linearly to 0 at the next, on both sides; 0 for NaN. Between the first and the last place their sum is 1.
void share_between(double value, std::span<const double> places, std::span<float> shares);

/// Where a point lies along a line through `points` (their number × `width` coordinates, row-major): the
/// number of the point before its nearest place, and the part of the way to the next; NaN where it is nearest
/// to an end and beyond it by more than the way between two points.
double place_along(std::span<const double> point, std::span<const double> points);

}  // namespace elastem
