#include "mpi/alignment/queue_stages.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem {

TimeParts parts_of(const Aligner::Times& times) {
  return {{"search", times.search},
          {"brief fits", times.brief},
          {"full fits", times.full},
          {"other valleys", times.scouting},
          {"posterior", times.posterior}};
}

std::string add_parts(const Communicator& comm, const TimeParts& parts, std::int64_t items,
                      StageTimes& times) {
  std::vector<double> seconds;
  for (const auto& part : parts) seconds.push_back(part.second);
  comm.sum(seconds);
  std::string line;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    times.add_part(parts[i].first, seconds[i] / comm.size());
    if (items == 0) continue;
    line += fmt::format("{}{} {:.3g}", i == 0 ? "ms each: " : ", ", parts[i].first,
                        1e3 * seconds[i] / static_cast<double>(items));
  }
  return line;
}

}  // namespace elastem
