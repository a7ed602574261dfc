#include "mpi/comm/queue_master.hpp"

#include <algorithm>
#include <ctime>
#include <thread>

#include "core/stage_times.hpp"
#include "mpi/comm/session.hpp"

namespace elastem {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double most_answering = 0.05;  // of rank 0's time, when it works too
constexpr double look_interval = 0.2;    // seconds

double processor_seconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void pause() {
  std::this_thread::sleep_for(std::chrono::microseconds(30));
}

}  // namespace

QueueSupply::QueueSupply(const std::vector<Range>& pending, const QueueOptions& options, std::int64_t ranks)
    : pending_(pending), largest_chunk_(options.largest_chunk), ranks_(ranks) {
  for (const auto& range : pending) left_ += range.count;
  skip_finished_runs();
}

void QueueSupply::learn(std::int64_t done, double busy_seconds) {
  done_ += done;
  busy_seconds_ += busy_seconds;
}

Range QueueSupply::take(double seconds) {
  if (left_ == 0) return {};
  std::int64_t size = 1;
  if (done_ > 0) {
    const double item = std::max(busy_seconds_ / static_cast<double>(done_), 1e-9);
    size = static_cast<std::int64_t>(std::min(seconds / item, static_cast<double>(largest_chunk_)));
    size = std::min(size, left_ / (3 * ranks_));
  }
  const Range& run = pending_[next_run_];
  Range chunk{run.first + offset_, std::clamp<std::int64_t>(size, 1, run.count - offset_)};
  offset_ += chunk.count;
  left_ -= chunk.count;
  skip_finished_runs();
  return chunk;
}

void QueueSupply::skip_finished_runs() {
  while (next_run_ < pending_.size() && offset_ >= pending_[next_run_].count) {
    ++next_run_;
    offset_ = 0;
  }
}

void QueueLabour::run(Range chunk, const std::function<void(std::int64_t)>& before_item) {
  Range finished{chunk.first, 0};
  try {
    while (finished.count < chunk.count && !stop_requested()) {
      before_item(chunk.count - finished.count);
      const auto start = Clock::now();
      work_(chunk.first + finished.count);
      busy_seconds_ += seconds_since(start);
      ++done_;
      ++finished.count;
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
  finish(finished);
}

void QueueLabour::finish(Range finished) {
  if (!finish_chunk_ || finished.count == 0) return;
  const auto start = Clock::now();
  try {
    finish_chunk_(finished);
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
  }
  busy_seconds_ += seconds_since(start);
}

bool QueueLabour::halted() const {
  return failure_ || stop_requested();
}

void QueueLabour::rethrow() const {
  if (failure_) std::rethrow_exception(failure_);
}

QueueRequest QueueLabour::request(bool goodbye) {
  const QueueRequest now{done_ - requested_done_, busy_seconds_ - requested_seconds_, halted(), goodbye};
  requested_done_ = done_;
  requested_seconds_ = busy_seconds_;
  return now;
}

QueueMaster::QueueMaster(const Communicator& comm, std::int64_t workers, const std::vector<Range>& pending,
                         const QueueOptions& options, QueueLabour& labour)
    : comm_(comm),
      options_(options),
      labour_(labour),
      supply_(pending, options, workers + 1),
      progress_(options.what, supply_.left(), options.show_progress),
      working_(workers),
      look_(Clock::now()) {}

void QueueMaster::run() {
  progress_.update(0);
  while (true) {
    const bool any = serve();
    if (supply_.left() == 0) break;
    if (works())
      labour_.run(supply_.take(own_chunk_seconds()), [this](std::int64_t) { serve(); });
    else if (!any)
      pause();
  }
  while (working_ > 0) {
    if (!serve()) pause();
  }
  progress_.finish();
}

// Alone it has nobody to answer; else its chunks are small, so that what it holds at the end is small.
double QueueMaster::own_chunk_seconds() const {
  return working_ == 0 ? options_.chunk_seconds : options_.chunk_seconds / 4;
}

// Whether rank 0 does items itself.
bool QueueMaster::works() {
  const double elapsed = seconds_since(look_);
  if (elapsed >= look_interval) {
    works_ = answer_seconds_ - answered_before_ <= most_answering * elapsed;
    answered_before_ = answer_seconds_;
    look_ = Clock::now();
  }
  return works_ || working_ == 0;
}

// Answers all who ask. False when nobody did.
bool QueueMaster::serve() {
  if (const QueueRequest own = labour_.request(false); own.done > 0) note(own);
  if (labour_.halted()) supply_.halt();
  double start = 0;
  bool any = false;
  // Open MPI looks among the messages it knows of, and fetches what has come meanwhile only when that is in
  // vain: nobody asks when a second look is in vain too.
  for (int looks = 0; working_ > 0 && looks < 2;) {
    int asked = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, queue_request_tag, comm_.handle(), &asked, &status);
    ++looks;
    if (!asked) continue;
    looks = 0;
    if (!any) start = processor_seconds();
    any = true;
    answer(status.MPI_SOURCE);
    if (stop_requested()) supply_.halt();  // where requests never cease this loop does not end before
  }
  if (any) answer_seconds_ += processor_seconds() - start;
  return any;
}

void QueueMaster::answer(int rank) {
  QueueRequest request;
  MPI_Recv(&request, sizeof request, MPI_BYTE, rank, queue_request_tag, comm_.handle(), MPI_STATUS_IGNORE);
  ++requests_;
  note(request);
  if (request.halt) supply_.halt();
  if (request.goodbye) {
    --working_;
    return;
  }
  const Range chunk = supply_.take(options_.chunk_seconds);
  // The worker has already posted the receive: this does not block.
  MPI_Send(&chunk, sizeof chunk, MPI_BYTE, rank, queue_reply_tag, comm_.handle());
}

void QueueMaster::note(const QueueRequest& request) {
  supply_.learn(request.done, request.busy_seconds);
  done_ += request.done;
  progress_.update(done_);
}

}  // namespace elastem
