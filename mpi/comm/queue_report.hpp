#pragma once

#include <string>
#include <vector>

#include "mpi/comm/work_queue.hpp"

namespace elastem {

/// What a finished queue says of its ranks, as lines of a log: items per second, the time of a rank that an
/// item took, and the share of the time that the ranks were busy: the mean, the least and the most busy one
/// by number, and each one when there are two to sixteen. Empty when nothing was done. On rank 0.
std::vector<std::string> queue_report(const QueueSummary& summary, const std::string& items);

}  // namespace elastem
