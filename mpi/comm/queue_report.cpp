#include "mpi/comm/queue_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace elastem {
namespace {

constexpr std::size_t most_listed = 16;

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

}  // namespace

std::vector<std::string> queue_report(const QueueSummary& summary, const std::string& items) {
  const auto& busy = summary.busy_seconds;
  if (summary.done == 0 || summary.seconds <= 0 || busy.empty()) return {};
  const auto ranks = static_cast<double>(busy.size());
  const auto percent = [&](double seconds) { return 100 * seconds / summary.seconds; };
  const double total = std::accumulate(busy.begin(), busy.end(), 0.0);
  const double rate = static_cast<double>(summary.done) / summary.seconds;
  const double each = 1e3 * total / static_cast<double>(summary.done);
  std::string first = formatted("%.*f %s/s, %.*f ms of a rank each; ", rate < 10 ? 2 : 0, rate, items.c_str(),
                                each < 10 ? 2 : 0, each);
  if (busy.size() == 1)
    return {first + formatted("the rank was busy for %.0f %% of the time", percent(total))};
  const auto [least, most] = std::ranges::minmax_element(busy);
  first += formatted(
      "the ranks were busy for %.0f %% of the time, rank %td least (%.0f %%), rank %td most (%.0f %%)",
      percent(total / ranks), least - busy.begin(), percent(*least), most - busy.begin(), percent(*most));
  if (busy.size() > most_listed) return {first};
  std::string second = "busy by rank, %:";
  for (const double seconds : busy) second += formatted(" %.0f", percent(seconds));
  return {first, second};
}

}  // namespace elastem
