#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mpi/comm/exchange.hpp"

namespace elastem {

/// The items of all ranks dealt out anew: laid one after the other in the order of the ranks, each rank gets
/// its equal share of them (equal_share). Every rank holds its own and its share alone. Collective.
template <class T>
std::vector<T> balanced(const Communicator& comm, const std::vector<T>& own) {
  const auto count = static_cast<std::int64_t>(own.size());
  const std::int64_t first = comm.sum_below(count), all = comm.sum(count);
  std::vector<int> counts;
  for (std::int64_t rank = 0; rank < comm.size(); ++rank) {
    const std::int64_t share = all * rank / comm.size(), end = all * (rank + 1) / comm.size();
    counts.push_back(
        static_cast<int>(std::max<std::int64_t>(0, std::min(first + count, end) - std::max(first, share))));
  }
  return exchange<T>(comm, own, counts).values;
}

}  // namespace elastem
