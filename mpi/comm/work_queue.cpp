#include "mpi/comm/work_queue.hpp"

#include <array>
#include <chrono>

#include "core/stage_times.hpp"
#include "mpi/comm/queue_master.hpp"
#include "mpi/comm/session.hpp"

namespace elastem {
namespace {

using Clock = std::chrono::steady_clock;

// The other ranks: one request under way at most.
class Worker {
 public:
  Worker(const Communicator& comm, QueueLabour& labour) : comm_(comm), labour_(labour) {}

  void run() {
    ask();
    while (true) {
      const Range chunk = answer();
      if (chunk.count == 0 || labour_.halted()) break;
      // Two items before the end of the chunk the next one is asked for: rank 0 may be in the middle of an
      // item.
      labour_.run(chunk, [this](std::int64_t left) {
        if (left <= 2 && !asked_) ask();
      });
      if (!asked_) ask();  // the chunk ended early: tell rank 0
    }
    if (asked_) answer();
    const QueueRequest goodbye = labour_.request(true);
    MPI_Send(&goodbye, sizeof goodbye, MPI_BYTE, 0, queue_request_tag, comm_.handle());
  }

 private:
  void ask() {
    const QueueRequest request = labour_.request(false);
    // NOLINTNEXTLINE(clang-analyzer-optin.mpi.MPI-Checker): `answer` waits for it before the next one
    MPI_Irecv(&next_, sizeof next_, MPI_BYTE, 0, queue_reply_tag, comm_.handle(), &reply_);
    MPI_Send(&request, sizeof request, MPI_BYTE, 0, queue_request_tag, comm_.handle());
    asked_ = true;
  }

  Range answer() {
    wait_quietly(reply_);
    asked_ = false;
    return next_;
  }

  const Communicator& comm_;
  QueueLabour& labour_;
  Range next_;
  MPI_Request reply_ = MPI_REQUEST_NULL;
  bool asked_ = false;
};

void add_totals(const Communicator& comm, std::int64_t wanted, const QueueLabour& labour,
                QueueSummary& summary) {
  summary.done = comm.sum(labour.done());
  summary.stopped = comm.any(comm.root() && summary.done < wanted);
  summary.busy_seconds = comm.gathered(std::array{labour.busy_seconds()});
}

}  // namespace

QueueSummary run_queue(const Communicator& comm, const std::vector<Range>& pending,
                       const QueueOptions& options, const std::function<void(std::int64_t item)>& work,
                       const std::function<void(Range chunk)>& finish_chunk) {
  watch_stop_signals();
  const Communicator own = comm.duplicate();
  const auto start = Clock::now();
  QueueLabour labour(work, finish_chunk);
  std::int64_t wanted = 0;
  for (const auto& range : pending) wanted += range.count;
  QueueSummary summary;
  if (own.root()) {
    QueueMaster master(own, own.size() - 1, pending, options, labour);
    master.run();
    summary.requests = master.requests();
    summary.answer_seconds = master.answer_seconds();
  } else {
    Worker(own, labour).run();
  }

  MPI_Request ended = MPI_REQUEST_NULL;
  MPI_Ibarrier(own.handle(),
               &ended);  // NOLINT(clang-analyzer-optin.mpi.MPI-Checker): wait_quietly waits for it
  wait_quietly(ended);
  collectively(own, [&] { labour.rethrow(); });
  add_totals(own, wanted, labour, summary);
  summary.seconds = own.max(seconds_since(start));
  return summary;
}

}  // namespace elastem
