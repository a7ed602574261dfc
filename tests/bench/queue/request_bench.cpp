// How many requests the master of the work queue answers. CSV: one line a case.
//   mpirun -n N request_bench                         items that cost nothing, one per request, on N ranks
//   mpirun -n 2 request_bench WORKERS MS [SPREAD]     rank 1 plays that many workers with items of MS
//   milliseconds
//                                                     (lognormal, SPREAD of ln), rank 0 works too; first a
//                                                     request for each item, then chunks of a second
// answer_us is rank 0's processor time an answer; saturating_ranks is how many ranks with items of 20 ms
// would take all of it. efficiency is the share of the time that the workers work.
#include <cstdio>
#include <string>
#include <thread>
#include <unistd.h>

#include "crowd.hpp"
#include "mpi/comm/session.hpp"

namespace elastem {
namespace {

constexpr double particle_seconds = 0.02;

struct Line {
  std::string name;
  std::int64_t workers = 0, items = 0, own_items = 0, requests = 0;
  double seconds = 0, answer_seconds = 0, efficiency = 0, longest_wait = 0;
};

void print(const Line& line) {
  char host[64] = {};
  gethostname(host, sizeof host - 1);
  const double answer = line.answer_seconds / static_cast<double>(line.requests);
  std::printf("%s,%s,%lld,%lld,%lld,%lld,%.2f,%.0f,%.2f,%.0f,%.0f,%.3f,%.1f\n", host, line.name.c_str(),
              static_cast<long long>(line.workers), static_cast<long long>(line.items),
              static_cast<long long>(line.own_items), static_cast<long long>(line.requests), line.seconds,
              static_cast<double>(line.requests) / line.seconds, 1e6 * answer, particle_seconds / answer,
              1.0 / answer, line.efficiency, 1e3 * line.longest_wait);
  std::fflush(stdout);
}

QueueOptions options(std::int64_t largest_chunk) {
  QueueOptions o;
  o.show_progress = false;
  if (largest_chunk > 0) o.largest_chunk = largest_chunk;
  return o;
}

void empty_items(const Communicator& comm) {
  Line line{"empty items", comm.size() - 1, 300'000};
  std::int64_t own = 0;
  const auto summary = run_queue(comm, {{0, line.items}}, options(1), [&](std::int64_t) { ++own; }, {});
  line.own_items = own;
  line.requests = summary.requests;
  line.seconds = summary.seconds;
  line.answer_seconds = summary.answer_seconds;
  if (comm.root()) print(line);
}

void crowd(const Communicator& comm, std::int64_t workers, ItemCost cost, std::int64_t largest_chunk) {
  const double run_seconds = 8;
  Line line{largest_chunk == 1 ? "one item a request" : "chunks", workers};
  line.items = static_cast<std::int64_t>(static_cast<double>(workers) * run_seconds / cost.mean_seconds);
  const double start = MPI_Wtime();
  std::vector<double> busy_and_wait = {0, 0};
  if (comm.root()) {
    Random random(1, Stream::sampling, 0);
    const std::function<void(std::int64_t)> work = [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::duration<double>(cost.draw(random)));
    };
    const std::function<void(Range)> finish;
    const std::vector<Range> pending = {{0, line.items}};
    const QueueOptions o = options(largest_chunk);
    QueueLabour labour(work, finish);
    QueueMaster master(comm, workers, pending, o, labour);
    master.run();
    line.own_items = labour.done();
    line.requests = master.requests();
    line.answer_seconds = master.answer_seconds();
  } else {
    Crowd played(comm, workers, cost);
    played.run();
    busy_and_wait = {played.busy_seconds(), played.longest_wait()};
  }
  comm.sum(std::span<double>(busy_and_wait));
  line.seconds = MPI_Wtime() - start;
  line.efficiency = busy_and_wait[0] / (static_cast<double>(workers) * line.seconds);
  line.longest_wait = busy_and_wait[1];
  if (comm.root()) print(line);
}

int run(int count, char** words) {
  const Session session(count, words);
  const Communicator& comm = session.world();
  if (comm.size() < 2 || (count > 1 && (count < 3 || comm.size() != 2))) {
    if (comm.root())
      std::fprintf(stderr, "mpirun -n N request_bench, or mpirun -n 2 request_bench WORKERS MS [SPREAD]\n");
    return 2;
  }
  if (comm.root())
    std::puts(
        "machine,case,workers,items,items_of_rank_0,requests,seconds,requests_per_s,answer_us,"
        "saturating_ranks,saturating_ranks_chunks,efficiency,longest_wait_ms");
  if (count == 1) {
    empty_items(comm);
    return 0;
  }
  const ItemCost cost{1e-3 * std::stod(words[2]), count > 3 ? std::stod(words[3]) : 0.0};
  for (const std::int64_t largest : {1, 0}) crowd(comm, std::stoll(words[1]), cost, largest);
  return 0;
}

}  // namespace
}  // namespace elastem

int main(int count, char** words) {
  return elastem::run(count, words);
}
