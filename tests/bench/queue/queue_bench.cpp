// How well the work queue fills the ranks: items that sleep, so that it does not matter how many cores there
// are or who else uses them. CSV: one line a case.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>
#include <unistd.h>

#include "core/random.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

struct Case {
  const char* name;
  std::int64_t items;
  double mean_ms;
  double spread;  // standard deviation of ln(cost)
};

double cost_ms(const Case& c, std::int64_t item) {
  Random random(1, Stream::sampling, static_cast<std::uint64_t>(item));
  return c.mean_ms * std::exp(c.spread * random.normal() - c.spread * c.spread / 2);
}

void run(const Communicator& comm, const Case& c) {
  QueueOptions options;
  options.show_progress = false;
  double slept_ms = 0;
  const auto summary = run_queue(
      comm, {{0, c.items}}, options,
      [&](std::int64_t item) {
        const auto start = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(cost_ms(c, item)));
        slept_ms +=
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
      },
      {});
  std::vector<double> total = {slept_ms};
  comm.sum(std::span<double>(total));
  if (!comm.root()) return;
  char host[64] = {};
  gethostname(host, sizeof host - 1);
  const double seconds = total[0] / 1000;
  std::printf("%s,%d,%s,%lld,%.3f,%.3f,%.3f\n", host, comm.size(), c.name, static_cast<long long>(c.items),
              seconds, summary.seconds, seconds / (comm.size() * summary.seconds));
}

}  // namespace
}  // namespace elastem

int main(int argc, char** argv) {
  const elastem::Session session(argc, argv);
  const auto& comm = session.world();
  if (comm.root()) std::puts("machine,ranks,case,items,work_seconds,seconds,efficiency");
  for (const elastem::Case& c : {elastem::Case{"short even", 5000, 0.5, 0},
                                 {"even", 300, 20, 0},
                                 {"uneven", 300, 20, 0.5},
                                 {"long uneven", 40, 200, 0.5}})
    elastem::run(comm, c);
}
