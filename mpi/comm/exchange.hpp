#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// What this rank got from the others: the values of rank 0, then those of rank 1, …
template <class T>
struct Received {
  std::vector<T> values;
  std::vector<int> counts;  ///< one per rank
};

/// How many values each rank sends to this one, given how many this one sends to each. Collective.
std::vector<int> exchanged_counts(const Communicator& comm, std::span<const int> counts);

/// The bytes behind `exchange`: items of `item_bytes` each, `counts` per rank. Collective.
void exchange_bytes(const Communicator& comm, std::size_t item_bytes, const void* outgoing,
                    std::span<const int> counts, void* incoming, std::span<const int> incoming_counts);

/// Sends each rank its part of `outgoing`: the first counts[0] values to rank 0, the next counts[1] to rank
/// 1, … (MPI_Alltoallv). T is trivially copyable; a rank sends and gets fewer than 2³¹ values. Collective.
template <class T>
Received<T> exchange(const Communicator& comm, std::span<const T> outgoing, std::span<const int> counts) {
  static_assert(std::is_trivially_copyable_v<T>);
  Received<T> received{{}, exchanged_counts(comm, counts)};
  std::size_t total = 0;
  for (const int count : received.counts) total += static_cast<std::size_t>(count);
  received.values.resize(total);
  exchange_bytes(comm, sizeof(T), outgoing.data(), counts, received.values.data(), received.counts);
  return received;
}

/// The same for values in any order: `owner(value)` is the rank that gets it. Values for one rank keep their
/// order. `places`, where given, holds the place of each value in what was sent. Collective.
template <class T, class Owner>
Received<T> exchange_by_owner(const Communicator& comm, std::span<const T> values, Owner owner,
                              std::vector<std::size_t>* places = nullptr) {
  std::vector<int> counts(static_cast<std::size_t>(comm.size()), 0);
  for (const T& value : values) ++counts[static_cast<std::size_t>(owner(value))];
  std::vector<std::size_t> next(counts.size(), 0);
  for (std::size_t rank = 1; rank < next.size(); ++rank)
    next[rank] = next[rank - 1] + static_cast<std::size_t>(counts[rank - 1]);
  std::vector<T> outgoing(values.size());
  if (places != nullptr) places->clear();
  for (const T& value : values) {
    const std::size_t place = next[static_cast<std::size_t>(owner(value))]++;
    outgoing[place] = value;
    if (places != nullptr) places->push_back(place);
  }
  return exchange<T>(comm, outgoing, counts);
}

}  // namespace elastem
