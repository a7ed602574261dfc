#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

#include "core/random.hpp"
#include "mpi/comm/queue_master.hpp"

namespace elastem {

/// What an item costs: lognormal.
struct ItemCost {
  double mean_seconds = 0.02;
  double spread = 0;  ///< standard deviation of ln(cost)

  double draw(Random& random) const;
};

/// Very many workers of a queue, played by one rank: each takes chunks, "works" on them by the clock, and
/// asks rank 0 for the next two items before the end, as a rank of its own does. How long they wait is what
/// the master costs them.
class Crowd {
 public:
  Crowd(const Communicator& comm, std::int64_t workers, ItemCost cost);

  /// Until every worker has said goodbye.
  void run();

  double busy_seconds() const { return busy_; }
  double longest_wait() const { return longest_wait_; }

 private:
  struct Worker {
    Range next;
    bool answered = false, works = false;
    double waits_since = 0;
    QueueRequest unreported;
  };
  struct Event {
    double time;
    std::size_t worker;
    bool asks;  ///< for the next chunk; else the present one ends
    std::int64_t items;
    double seconds;  ///< done since the event before, and how long they took
    bool operator<(const Event& other) const { return time > other.time; }
  };

  double now() const;
  void ask(std::size_t worker);
  void begin(std::size_t worker, double time);
  bool take_answers();
  void happen(const Event& event);

  const Communicator& comm_;
  ItemCost cost_;
  Random random_;
  std::chrono::steady_clock::time_point start_;
  std::vector<Worker> workers_;
  std::deque<std::size_t> asking_;  ///< answers come in the order of the requests
  std::priority_queue<Event> events_;
  std::size_t gone_ = 0;
  double busy_ = 0, longest_wait_ = 0;
};

}  // namespace elastem
