#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace elastem {

/// Finds the number at a place of the ascending order of many, which may lie on several ranks, exactly and
/// without moving them: a double's bits, ordered as the numbers are, are found eight at a time, from how many
/// numbers that agree in those above have each value of them.
///
///     OrderSearch search(place);
///     for (int step = 0; step < OrderSearch::steps; ++step) {
///       search.count(values);
///       comm.sum(search.counts());
///       search.narrow();
///     }
class OrderSearch {
 public:
  static constexpr int steps = 8;

  /// `place` counts from 0.
  explicit OrderSearch(std::int64_t place) : place_(place) {}
  /// Adds numbers, none of them NaN, to the counts of this step.
  void count(std::span<const double> values);
  /// To be added over ranks.
  std::span<std::int64_t> counts() { return counts_; }
  /// Takes the next eight bits. There are more numbers than `place`.
  void narrow();
  /// The number, after all steps.
  double value() const;

 private:
  std::int64_t place_;
  std::uint64_t bits_ = 0;  ///< that are known, at the top
  int known_ = 0;
  std::array<std::int64_t, 256> counts_{};
};

/// Where the quantile of a share of n numbers lies: between the numbers `place` and place + 1 of their order,
/// as numpy.quantile has it.
struct QuantilePlace {
  std::int64_t place = 0;
  double fraction = 0;

  static QuantilePlace of(std::int64_t n, double share);
  /// From the numbers there.
  double value(double low, double high) const;
};

}  // namespace elastem
