#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// A run of consecutive particles.
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// This rank's part of n items when each rank takes an equal one, consecutive ranks consecutive items: it
/// begins at ⌊n·rank/ranks⌋. Not collective.
inline Range equal_share(const Communicator& comm, std::int64_t n) {
  const std::int64_t first = n * comm.rank() / comm.size();
  return {first, n * (comm.rank() + 1) / comm.size() - first};
}

struct QueueOptions {
  double chunk_seconds = 1.0;  ///< a chunk is sized to take about this long
  std::int64_t largest_chunk = 1024;
  bool show_progress = true;
  const char* what = "particles";
};

struct QueueSummary {
  std::int64_t done = 0;             ///< items done in this run, over all ranks
  bool stopped = false;              ///< a stop was requested before all was done
  std::vector<double> busy_seconds;  ///< per rank, on rank 0 only
  double seconds = 0;                ///< wall time
  std::int64_t requests = 0;         ///< that rank 0 answered; on rank 0 only
  double answer_seconds = 0;         ///< processor time that the answers took; on rank 0 only
};

/// Hands the items of `pending` (rank 0's list counts) to all ranks, rank 0 included, in chunks that adapt to
/// the measured time per item. Each rank calls `work` for consecutive items of one chunk, and asks for its
/// next chunk before it has finished the present one; rank 0 answers between its own items, and does none
/// when answering takes more than a twentieth of its time. `work` does not communicate and does not throw for
/// a bad particle; if it throws on some rank, the queue drains and all ranks throw the same error.
/// `finish_chunk` (may be empty) is called after each chunk, e.g. to write its rows. Collective.
QueueSummary run_queue(const Communicator& comm, const std::vector<Range>& pending,
                       const QueueOptions& options, const std::function<void(std::int64_t item)>& work,
                       const std::function<void(Range chunk)>& finish_chunk);

}  // namespace elastem
