#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "alignment/aligner.hpp"
#include "core/stage_times.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Seconds of a rank by what it did in a queue, in the order of the work.
using TimeParts = std::vector<std::pair<std::string, double>>;

TimeParts parts_of(const Aligner::Times& times);

/// Adds the parts' means over the ranks to `times`, as parts of the stage before. Gives a line of a log with
/// their milliseconds per item, empty where `items`, the number that all ranks did, is 0. Every rank names
/// the same parts. Collective.
std::string add_parts(const Communicator& comm, const TimeParts& parts, std::int64_t items,
                      StageTimes& times);

}  // namespace elastem
