// A stop request cannot be taken back: these tests have a binary of their own and run in this order.
#include <chrono>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "mpi/comm/session.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

constexpr std::int64_t n = 2000;

QueueOptions quiet() {
  QueueOptions options;
  options.show_progress = false;
  options.chunk_seconds = 0.02;
  return options;
}

TEST(Stop, ASignalToOneRankEndsTheQueueOfAll) {
  const auto comm = Communicator::world();
  EXPECT_FALSE(stop_requested());
  std::int64_t own = 0, finished = 0;
  const auto summary = run_queue(
      comm, {{0, n}}, quiet(),
      [&](std::int64_t) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (++own == 5 && comm.rank() == comm.size() - 1) std::raise(SIGTERM);
      },
      [&](Range chunk) { finished += chunk.count; });
  EXPECT_TRUE(summary.stopped);
  EXPECT_GE(summary.done, 5);
  EXPECT_LT(summary.done, n);
  EXPECT_EQ(finished, own);  // what was done was also stored
  std::vector<std::int64_t> total = {own};
  comm.sum(std::span<std::int64_t>(total));
  EXPECT_EQ(summary.done, total[0]);
  EXPECT_EQ(stop_requested(), comm.rank() == comm.size() - 1);
}

TEST(Stop, AQueueAfterTheRequestDoesNothingMore) {
  const auto comm = Communicator::world();
  std::raise(SIGUSR1);
  EXPECT_TRUE(stop_requested());
  const auto summary = run_queue(comm, {{0, n}}, quiet(), [](std::int64_t) {}, {});
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.done, 0);
}

TEST(Stop, NothingPendingIsNotStopped) {
  const auto comm = Communicator::world();
  EXPECT_FALSE(run_queue(comm, {}, quiet(), [](std::int64_t) {}, {}).stopped);
}

}  // namespace
}  // namespace elastem
