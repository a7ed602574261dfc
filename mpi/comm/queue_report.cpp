#include "mpi/comm/queue_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <spdlog/fmt/fmt.h>

namespace elastem {
namespace {

constexpr std::size_t most_listed = 16;

}  // namespace

std::vector<std::string> queue_report(const QueueSummary& summary, const std::string& items) {
  const auto& busy = summary.busy_seconds;
  if (summary.done == 0 || summary.seconds <= 0 || busy.empty()) return {};
  const auto ranks = static_cast<double>(busy.size());
  const auto percent = [&](double seconds) { return 100 * seconds / summary.seconds; };
  const double total = std::accumulate(busy.begin(), busy.end(), 0.0);
  const double rate = static_cast<double>(summary.done) / summary.seconds;
  const double each = 1e3 * total / static_cast<double>(summary.done);
  std::string first = fmt::format("{:.{}f} {}/s, each {:.{}f} ms of one rank's time; ", rate,
                                  rate < 10 ? 2 : 0, items, each, each < 10 ? 2 : 0);
  if (busy.size() == 1)
    return {first + fmt::format("the rank was busy {:.0f} % of the time", percent(total))};
  const auto [least, most] = std::ranges::minmax_element(busy);
  first += fmt::format("ranks busy {:.0f} % of the time, rank {} least ({:.0f} %), rank {} most ({:.0f} %)",
                       percent(total / ranks), least - busy.begin(), percent(*least), most - busy.begin(),
                       percent(*most));
  if (busy.size() > most_listed) return {first};
  std::string second = "busy by rank, %:";
  for (const double seconds : busy) second += fmt::format(" {:.0f}", percent(seconds));
  return {first, second};
}

}  // namespace elastem
