#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "mpi/comm/communicator.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

/// The items of all ranks dealt out anew: laid one after the other in the order of the ranks, each rank gets
/// its equal share of them (equal_share). Every rank holds its own and its share alone. Collective.
template <PlainValue T>
std::vector<T> balanced(const Communicator& comm, const std::vector<T>& own) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::vector<std::int64_t> held =
      comm.all_gathered(std::vector<std::int64_t>{static_cast<std::int64_t>(own.size())});
  const std::int64_t all = std::accumulate(held.begin(), held.end(), std::int64_t{0});
  const auto overlap = [](Range a, Range b) {
    const std::int64_t count = std::min(a.first + a.count, b.first + b.count) - std::max(a.first, b.first);
    return static_cast<int>(std::max<std::int64_t>(0, count));
  };
  const auto share_of = [&](std::int64_t rank) -> Range {
    const std::int64_t first = all * rank / comm.size();
    return {first, all * (rank + 1) / comm.size() - first};
  };
  const Range share = equal_share(comm, all);
  const Range mine{std::accumulate(held.begin(), held.begin() + comm.rank(), std::int64_t{0}),
                   static_cast<std::int64_t>(own.size())};
  std::vector<int> sent(ranks), received(ranks), send_from(ranks), receive_at(ranks);
  std::int64_t first = 0;
  for (std::size_t r = 0; r < ranks; first += held[r++]) {
    sent[r] = overlap(mine, share_of(static_cast<std::int64_t>(r)));
    received[r] = overlap(share, {first, held[r]});
  }
  std::exclusive_scan(sent.begin(), sent.end(), send_from.begin(), 0);
  std::exclusive_scan(received.begin(), received.end(), receive_at.begin(), 0);
  std::vector<T> dealt(static_cast<std::size_t>(share.count));
  MPI_Datatype item = MPI_DATATYPE_NULL;
  MPI_Type_contiguous(static_cast<int>(sizeof(T)), MPI_BYTE, &item);
  MPI_Type_commit(&item);
  MPI_Alltoallv(own.data(), sent.data(), send_from.data(), item, dealt.data(), received.data(),
                receive_at.data(), item, comm.handle());
  MPI_Type_free(&item);
  return dealt;
}

}  // namespace elastem
