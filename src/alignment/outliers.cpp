#include "alignment/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace elastem {

namespace {

constexpr int bins = 20001;
constexpr double lowest_score = -1, score_step = 1e-4;
constexpr double lowest_log = -5, log_step = 5e-4;

constexpr std::int64_t enough_particles = 20;
constexpr double deviations = 5, deviation_per_mad = 1.4826, least_deviation = 0.01;

int bin_of(double value, double lowest, double step) {
  const double position = std::round((value - lowest) / step);
  return position >= 0 && position < bins ? static_cast<int>(position) : position < 0 ? 0 : bins - 1;
}

std::int64_t total(std::span<const std::int64_t> counts) {
  std::int64_t sum = 0;
  for (const auto count : counts) sum += count;
  return sum;
}

/// The first bin with at least half of the entries in it and below.
int median_bin(std::span<const std::int64_t> counts) {
  const std::int64_t half = (total(counts) + 1) / 2;
  std::int64_t below = 0;
  for (int bin = 0; bin < bins; ++bin) {
    below += counts[static_cast<std::size_t>(bin)];
    if (below >= half) return bin;
  }
  return bins - 1;
}

/// Median and robust standard deviation in bins.
struct Spread {
  int median;
  double deviation;
};

Spread spread(std::span<const std::int64_t> counts, double step) {
  const int median = median_bin(counts);
  std::vector<std::int64_t> away(bins, 0);
  for (int bin = 0; bin < bins; ++bin)
    away[static_cast<std::size_t>(std::abs(bin - median))] += counts[static_cast<std::size_t>(bin)];
  return {median, std::max(deviation_per_mad * median_bin(away), least_deviation / step)};
}

}  // namespace

QualityTally::QualityTally() : counts_(2 * bins, 0) {}

void QualityTally::add(double score, double chi2) {
  // A comparison that NaN fails: it counts as the worst there is.
  const int score_bin = score > lowest_score ? bin_of(score, lowest_score, score_step) : 0;
  const int chi2_bin =
      std::isfinite(chi2) ? bin_of(std::log(std::max(chi2, 0.0)), lowest_log, log_step) : bins - 1;
  ++counts_[static_cast<std::size_t>(score_bin)];
  ++counts_[static_cast<std::size_t>(bins + chi2_bin)];
}

OutlierLimits QualityTally::limits() const {
  const std::span<const std::int64_t> all(counts_);
  const auto scores = all.first(bins), logs = all.last(bins);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (total(scores) < enough_particles) return {-infinity, infinity};
  const Spread score = spread(scores, score_step), log = spread(logs, log_step);
  return {lowest_score + score_step * (score.median - deviations * score.deviation),
          std::exp(lowest_log + log_step * (log.median + deviations * log.deviation))};
}

}  // namespace elastem
