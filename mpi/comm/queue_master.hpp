#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <vector>

#include "core/progress.hpp"
#include "mpi/comm/work_queue.hpp"

/// What `run_queue` is made of, for it and for its benchmark: rank 0's side of the conversation, and the
/// account that every rank keeps of its work.
namespace elastem {

constexpr int queue_request_tag = 1, queue_reply_tag = 2;

/// What a worker tells rank 0 since its last message. The answer is a Range; an empty one ends its work.
struct QueueRequest {
  std::int64_t done = 0;
  double busy_seconds = 0;
  std::int32_t halt = 0;     ///< it failed, or was asked to stop: hand out nothing more
  std::int32_t goodbye = 0;  ///< its last message; no answer
};

/// Rank 0's list of what is to be done, handed out from the front.
class QueueSupply {
 public:
  /// `pending` lives as long as this.
  QueueSupply(const std::vector<Range>& pending, const QueueOptions& options, std::int64_t ranks);

  std::int64_t left() const { return left_; }
  void halt() { left_ = 0; }
  void learn(std::int64_t done, double busy_seconds);
  /// The next chunk, of about `seconds`; empty when nothing is left. A chunk is at most a part of what is
  /// left, so that the last ones are single items and all ranks end together (guided self-scheduling; the
  /// factor 3 allows for the chunk that each rank has fetched beforehand).
  Range take(double seconds);

 private:
  void skip_finished_runs();

  const std::vector<Range>& pending_;
  std::int64_t largest_chunk_, ranks_;
  std::size_t next_run_ = 0;
  std::int64_t offset_ = 0;  ///< within that run
  std::int64_t left_ = 0;
  std::int64_t done_ = 0;
  double busy_seconds_ = 0;
};

/// Does the items of chunks and keeps account. Both functions live as long as this.
class QueueLabour {
 public:
  QueueLabour(const std::function<void(std::int64_t)>& work, const std::function<void(Range)>& finish_chunk)
      : work_(work), finish_chunk_(finish_chunk) {}

  /// Calls `before_item` with the number of items left, this one included, before each item.
  void run(Range chunk, const std::function<void(std::int64_t)>& before_item);

  bool halted() const;
  void rethrow() const;
  std::int64_t done() const { return done_; }
  double busy_seconds() const { return busy_seconds_; }
  /// What was done since the last request.
  QueueRequest request(bool goodbye);

 private:
  void finish(Range finished);

  const std::function<void(std::int64_t)>& work_;
  const std::function<void(Range)>& finish_chunk_;
  std::exception_ptr failure_;
  std::int64_t done_ = 0, requested_done_ = 0;
  double busy_seconds_ = 0, requested_seconds_ = 0;
};

/// Rank 0: answers between its own items. When answering takes more than a twentieth of its time (very many
/// ranks, or very short items) it does no items of its own: one rank less works, but none waits for an item
/// of rank 0 to end.
class QueueMaster {
 public:
  /// `workers` is how many ask: the other ranks of `comm` (the benchmark plays more of them than there are).
  QueueMaster(const Communicator& comm, std::int64_t workers, const std::vector<Range>& pending,
              const QueueOptions& options, QueueLabour& labour);

  /// Until everything is done and every worker has said goodbye.
  void run();

  std::int64_t requests() const { return requests_; }
  double answer_seconds() const { return answer_seconds_; }

 private:
  double own_chunk_seconds() const;
  bool works();
  bool serve();
  void answer(int rank);
  void note(const QueueRequest& request);

  const Communicator& comm_;
  const QueueOptions& options_;
  QueueLabour& labour_;
  QueueSupply supply_;
  Progress progress_;
  std::int64_t working_;
  std::int64_t done_ = 0, requests_ = 0;
  double answer_seconds_ = 0;
  std::chrono::steady_clock::time_point look_;  ///< when `works` last looked
  double answered_before_ = 0;                  ///< answer_seconds_ then
  bool works_ = true;
};

}  // namespace elastem
