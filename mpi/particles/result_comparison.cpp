#include "mpi/particles/result_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "mpi/comm/quantile.hpp"
#include "mpi/comm/sliced_sum.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool before(const RankedRow& a, const RankedRow& b) {
  return std::tie(a.value, a.row) < std::tie(b.value, b.row);
}

// What differs between the pairs of this rank, a number per pair.
struct Differences {
  explicit Differences(std::size_t modes) : amplitudes(modes), pulls(modes) {}

  void add(const ResultDifference& by) {
    orientation.push_back(by.orientation);
    direction.push_back(by.direction);
    in_plane.push_back(by.in_plane);
    shift.push_back(by.shift);
    score.push_back(by.score);
    for (std::size_t m = 0; m < amplitudes.size(); ++m) {
      amplitudes[m].push_back(by.amplitudes[static_cast<Eigen::Index>(m)]);
      pulls[m].push_back(by.pulls[static_cast<Eigen::Index>(m)]);
    }
  }

  std::vector<RankedRow> pairs;
  std::vector<double> orientation, direction, in_plane, shift, score;
  std::vector<std::vector<double>> amplitudes, pulls;
};

Differences differences_of(const Communicator& comm, const NamedTable& first, const NamedTable& second,
                           const RowMatch& match, const CommonModes& modes) {
  Differences found(modes.numbers.size());
  for_each_block(comm, first.table, ResultTable::Details::none,
                 [&](std::int64_t begin, std::vector<ParticleResult>& rows) {
                   const auto others = match.of({begin, std::ssize(rows)});
                   const auto results = matched_rows(second.table, others);
                   for (std::size_t i = 0; i < rows.size(); ++i) {
                     if (rows[i].state != ParticleState::done || results[i].state != ParticleState::done)
                       continue;
                     const ResultDifference by = difference(rows[i], results[i], modes);
                     found.add(by);
                     found.pairs.push_back({-by.distance, begin + static_cast<std::int64_t>(i), others[i]});
                   }
                 });
  return found;
}

NumberSpread spread_of(const Communicator& comm, const Differences& of, const std::vector<double>& values,
                       std::int64_t rows) {
  SlicedSum sum(rows), squares(rows);
  std::vector<double> magnitudes;
  double largest = -1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    sum.add(of.pairs[i].row, values[i]);
    magnitudes.push_back(std::abs(values[i]));
    largest = std::max(largest, magnitudes.back());
  }
  NumberSpread spread;
  spread.count = sum.count(comm);
  if (spread.count == 0) return {0, nan, nan, nan, nan, nan, nan};
  spread.mean = sum.sum(comm) / static_cast<double>(spread.count);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i])) squares.add(of.pairs[i].row, std::pow(values[i] - spread.mean, 2));
  const double total = squares.sum(comm);
  spread.deviation = spread.count > 1 ? std::sqrt(total / static_cast<double>(spread.count - 1)) : nan;
  spread.median = quantile(comm, magnitudes, 0.5);
  spread.q90 = quantile(comm, magnitudes, 0.9);
  spread.q99 = quantile(comm, magnitudes, 0.99);
  spread.largest = comm.max(largest);
  return spread;
}

}  // namespace

std::vector<RankedRow> least_rows(const Communicator& comm, std::vector<RankedRow> own, std::size_t most) {
  const auto cut = [most](std::vector<RankedRow>& rows) {
    const std::size_t kept = std::min(most, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end(), before);
    rows.resize(kept);
  };
  cut(own);
  std::vector<RankedRow> all = comm.gathered(own);
  cut(all);
  return all;
}

ResultComparison compare_results(const Communicator& comm, const NamedTable& first, const NamedTable& second,
                                 const RowMatch& match, std::size_t worst) {
  const std::int64_t rows = first.table.size();
  ResultComparison found;
  found.matched = match.matched;
  found.only_first = rows - match.matched;
  found.only_second = match.unused;
  found.modes = CommonModes::of(first.table.modes(), second.table.modes());
  Differences by = differences_of(comm, first, second, match, found.modes);
  found.compared = comm.sum(std::ssize(by.pairs));
  const auto spread = [&](const std::vector<double>& values) { return spread_of(comm, by, values, rows); };
  found.orientation = spread(by.orientation);
  found.direction = spread(by.direction);
  found.in_plane = spread(by.in_plane);
  found.shift = spread(by.shift);
  found.score = spread(by.score);
  for (const auto& values : by.amplitudes) found.amplitudes.push_back(spread(values));
  for (const auto& values : by.pulls) found.pulls.push_back(spread(values));
  if (worst > 0) found.worst = least_rows(comm, std::move(by.pairs), worst);
  return found;
}

}  // namespace elastem
