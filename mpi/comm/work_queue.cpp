#include "mpi/comm/work_queue.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <thread>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "mpi/comm/session.hpp"

namespace elastem {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

constexpr int request_tag = 1, reply_tag = 2;

// What a worker tells rank 0 since its last message.
struct Report {
  std::int64_t done = 0;
  double busy_seconds = 0;
  std::int32_t halt = 0;     // it failed, or was asked to stop: hand out nothing more
  std::int32_t goodbye = 0;  // its last message; no answer
};

// Rank 0's list of what is to be done, handed out from the front.
class Supply {
 public:
  Supply(const std::vector<Range>& pending, const QueueOptions& options, int ranks)
      : pending_(pending), options_(options), ranks_(ranks) {
    for (const auto& range : pending) left_ += range.count;
  }

  std::int64_t left() const { return left_; }
  void halt() { left_ = 0; }

  void learn(std::int64_t done, double busy_seconds) {
    done_ += done;
    busy_seconds_ += busy_seconds;
  }

  // The next chunk, of about `seconds`; empty when nothing is left. A chunk is at most a part of what is
  // left, so that the last ones are single items and all ranks end together (guided self-scheduling; the
  // factor 3 allows for the chunk that each rank has fetched beforehand).
  Range take(double seconds) {
    if (left_ == 0) return {};
    std::int64_t size = 1;
    if (done_ > 0) {
      const double item = std::max(busy_seconds_ / static_cast<double>(done_), 1e-9);
      size = static_cast<std::int64_t>(std::min(seconds / item, static_cast<double>(options_.largest_chunk)));
      size = std::min(size, left_ / (3 * ranks_));
    }
    const Range& run = pending_[next_run_];
    Range chunk{run.first + offset_, std::clamp<std::int64_t>(size, 1, run.count - offset_)};
    offset_ += chunk.count;
    left_ -= chunk.count;
    skip_finished_runs();
    return chunk;
  }

  void skip_finished_runs() {
    while (next_run_ < pending_.size() && offset_ >= pending_[next_run_].count) {
      ++next_run_;
      offset_ = 0;
    }
  }

 private:
  const std::vector<Range>& pending_;
  const QueueOptions& options_;
  int ranks_;
  std::size_t next_run_ = 0;
  std::int64_t offset_ = 0;  // within that run
  std::int64_t left_ = 0;
  std::int64_t done_ = 0;
  double busy_seconds_ = 0;
};

// Does the items of chunks and keeps account; what differs between rank 0 and the workers is `before_item`.
class Labour {
 public:
  Labour(const std::function<void(std::int64_t)>& work, const std::function<void(Range)>& finish_chunk)
      : work_(work), finish_chunk_(finish_chunk) {}

  // Calls `before_item` with the number of items left, this one included, before each item.
  template <class F>
  void run(Range chunk, F&& before_item) {
    Range finished{chunk.first, 0};
    try {
      while (finished.count < chunk.count && !stop_requested()) {
        before_item(chunk.count - finished.count);
        const auto start = Clock::now();
        work_(chunk.first + finished.count);
        count(1, seconds_since(start));
        ++finished.count;
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
    finish(finished);
  }

  bool halted() const { return failure_ || stop_requested(); }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }
  std::int64_t done() const { return done_; }
  double busy_seconds() const { return busy_seconds_; }

  // What was done since the last report.
  Report report(bool goodbye) {
    Report now{done_ - reported_done_, busy_seconds_ - reported_seconds_, halted(), goodbye};
    reported_done_ = done_;
    reported_seconds_ = busy_seconds_;
    return now;
  }

 private:
  void count(std::int64_t items, double seconds) {
    done_ += items;
    busy_seconds_ += seconds;
  }

  void finish(Range finished) {
    if (!finish_chunk_ || finished.count == 0) return;
    const auto start = Clock::now();
    try {
      finish_chunk_(finished);
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
    count(0, seconds_since(start));
  }

  const std::function<void(std::int64_t)>& work_;
  const std::function<void(Range)>& finish_chunk_;
  std::exception_ptr failure_;
  std::int64_t done_ = 0, reported_done_ = 0;
  double busy_seconds_ = 0, reported_seconds_ = 0;
};

// Rank 0: answers between its own items.
class Master {
 public:
  Master(const Communicator& comm, const std::vector<Range>& pending, const QueueOptions& options,
         Labour& labour)
      : comm_(comm),
        options_(options),
        labour_(labour),
        supply_(pending, options, comm.size()),
        progress_(options.what, supply_.left(), options.show_progress),
        working_(comm.size() - 1) {
    supply_.skip_finished_runs();
  }

  void run() {
    progress_.update(0);
    while (true) {
      serve();
      const Range chunk = supply_.take(own_chunk_seconds());
      if (chunk.count == 0) break;
      labour_.run(chunk, [this](std::int64_t) { serve(); });
    }
    serve();
    while (working_ > 0) {
      if (!serve()) std::this_thread::sleep_for(std::chrono::microseconds(30));
    }
    progress_.finish();
  }

 private:
  // Alone it has nobody to answer; else its chunks are small, so that what it holds at the end is small.
  double own_chunk_seconds() const {
    return comm_.size() == 1 ? options_.chunk_seconds : options_.chunk_seconds / 4;
  }

  // Answers all who ask. False when nobody did.
  bool serve() {
    if (const Report own = labour_.report(false); own.done > 0) note(own);
    if (labour_.halted()) supply_.halt();
    bool any = false;
    while (comm_.size() > 1) {
      int asked = 0;
      MPI_Status status;
      MPI_Iprobe(MPI_ANY_SOURCE, request_tag, comm_.handle(), &asked, &status);
      if (!asked) break;
      any = true;
      answer(status.MPI_SOURCE);
    }
    return any;
  }

  void answer(int worker) {
    Report report;
    MPI_Recv(&report, sizeof report, MPI_BYTE, worker, request_tag, comm_.handle(), MPI_STATUS_IGNORE);
    note(report);
    if (report.halt) supply_.halt();
    if (report.goodbye) {
      --working_;
      return;
    }
    const Range chunk = supply_.take(options_.chunk_seconds);
    // The worker has already posted the receive: this does not block.
    MPI_Send(&chunk, sizeof chunk, MPI_BYTE, worker, reply_tag, comm_.handle());
  }

  void note(const Report& report) {
    supply_.learn(report.done, report.busy_seconds);
    done_ += report.done;
    progress_.update(done_);
  }

  const Communicator& comm_;
  const QueueOptions& options_;
  Labour& labour_;
  Supply supply_;
  Progress progress_;
  int working_;
  std::int64_t done_ = 0;
};

// The other ranks: one request under way at most.
class Worker {
 public:
  Worker(const Communicator& comm, Labour& labour) : comm_(comm), labour_(labour) {}

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
    const Report goodbye = labour_.report(true);
    MPI_Send(&goodbye, sizeof goodbye, MPI_BYTE, 0, request_tag, comm_.handle());
  }

 private:
  void ask() {
    const Report report = labour_.report(false);
    MPI_Irecv(&next_, sizeof next_, MPI_BYTE, 0, reply_tag, comm_.handle(), &reply_);
    MPI_Send(&report, sizeof report, MPI_BYTE, 0, request_tag, comm_.handle());
    asked_ = true;
  }

  Range answer() {
    wait_quietly(reply_);
    asked_ = false;
    return next_;
  }

  const Communicator& comm_;
  Labour& labour_;
  Range next_;
  MPI_Request reply_ = MPI_REQUEST_NULL;
  bool asked_ = false;
};

QueueSummary summarise(const Communicator& comm, std::int64_t wanted, const Labour& labour) {
  QueueSummary summary;
  std::array<std::int64_t, 2> totals = {labour.done(), comm.root() ? wanted : 0};
  comm.sum(std::span<std::int64_t>(totals));
  summary.done = totals[0];
  summary.stopped = totals[0] < totals[1];
  const double busy = labour.busy_seconds();
  if (comm.root()) summary.busy_seconds.resize(static_cast<std::size_t>(comm.size()));
  MPI_Gather(&busy, 1, MPI_DOUBLE, summary.busy_seconds.data(), 1, MPI_DOUBLE, 0, comm.handle());
  return summary;
}

}  // namespace

QueueSummary run_queue(const Communicator& comm, const std::vector<Range>& pending,
                       const QueueOptions& options, const std::function<void(std::int64_t item)>& work,
                       const std::function<void(Range chunk)>& finish_chunk) {
  watch_stop_signals();
  const Communicator own = comm.duplicate();
  const auto start = Clock::now();
  Labour labour(work, finish_chunk);
  std::int64_t wanted = 0;
  for (const auto& range : pending) wanted += range.count;
  if (own.root())
    Master(own, pending, options, labour).run();
  else
    Worker(own, labour).run();

  MPI_Request ended = MPI_REQUEST_NULL;
  MPI_Ibarrier(own.handle(), &ended);
  wait_quietly(ended);
  collectively(own, [&] { labour.rethrow(); });
  QueueSummary summary = summarise(own, wanted, labour);
  summary.seconds = own.max(seconds_since(start));
  return summary;
}

std::vector<Range> runs_where(std::int64_t n, const std::function<bool(std::int64_t)>& wanted) {
  std::vector<Range> runs;
  for (std::int64_t i = 0; i < n; ++i) {
    if (!wanted(i)) continue;
    if (!runs.empty() && runs.back().first + runs.back().count == i)
      ++runs.back().count;
    else
      runs.push_back({i, 1});
  }
  return runs;
}

}  // namespace elastem
