#include "crowd.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

namespace elastem {

double ItemCost::draw(Random& random) const {
  return mean_seconds * (spread > 0 ? std::exp(spread * random.normal() - spread * spread / 2) : 1);
}

Crowd::Crowd(const Communicator& comm, std::int64_t workers, ItemCost cost)
    : comm_(comm),
      cost_(cost),
      random_(1, Stream::sampling, static_cast<std::uint64_t>(comm.rank())),
      start_(std::chrono::steady_clock::now()),
      workers_(static_cast<std::size_t>(workers)) {}

double Crowd::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Crowd::run() {
  for (std::size_t w = 0; w < workers_.size(); ++w) ask(w);
  while (gone_ < workers_.size()) {
    bool any = take_answers();
    while (!events_.empty() && events_.top().time <= now()) {
      const Event event = events_.top();
      events_.pop();
      happen(event);
      any = true;
    }
    if (!any) std::this_thread::sleep_for(std::chrono::microseconds(30));
  }
}

void Crowd::ask(std::size_t worker) {
  const QueueRequest request = std::exchange(workers_[worker].unreported, {});
  asking_.push_back(worker);
  MPI_Send(&request, sizeof request, MPI_BYTE, 0, queue_request_tag, comm_.handle());
}

bool Crowd::take_answers() {
  bool any = false;
  for (int come = 1; !asking_.empty(); any = true) {
    MPI_Iprobe(0, queue_reply_tag, comm_.handle(), &come, MPI_STATUS_IGNORE);
    if (!come) break;
    const std::size_t w = asking_.front();
    asking_.pop_front();
    MPI_Recv(&workers_[w].next, sizeof(Range), MPI_BYTE, 0, queue_reply_tag, comm_.handle(),
             MPI_STATUS_IGNORE);
    workers_[w].answered = true;
    if (workers_[w].works) continue;
    longest_wait_ = std::max(longest_wait_, now() - workers_[w].waits_since);
    begin(w, now());
  }
  return any;
}

void Crowd::begin(std::size_t w, double time) {
  Worker& worker = workers_[w];
  worker.answered = false;
  worker.works = worker.next.count > 0;
  if (!worker.works) {
    QueueRequest goodbye = worker.unreported;
    goodbye.goodbye = 1;
    MPI_Send(&goodbye, sizeof goodbye, MPI_BYTE, 0, queue_request_tag, comm_.handle());
    ++gone_;
    return;
  }
  const std::int64_t before = std::max<std::int64_t>(0, worker.next.count - 2);
  double first = 0, rest = 0;
  for (std::int64_t i = 0; i < worker.next.count; ++i) (i < before ? first : rest) += cost_.draw(random_);
  busy_ += first + rest;
  events_.push({time + first, w, true, before, first});
  events_.push({time + first + rest, w, false, worker.next.count - before, rest});
}

void Crowd::happen(const Event& event) {
  Worker& worker = workers_[event.worker];
  worker.unreported.done += event.items;
  worker.unreported.busy_seconds += event.seconds;
  if (event.asks) {
    ask(event.worker);
    return;
  }
  worker.works = false;
  worker.waits_since = event.time;
  if (worker.answered) begin(event.worker, event.time);
}

}  // namespace elastem
