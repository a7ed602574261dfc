#include "mpi/comm/work_queue.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace elastem {
namespace {

QueueOptions quiet() {
  QueueOptions options;
  options.show_progress = false;
  options.chunk_seconds = 0.01;
  return options;
}

void pause(int microseconds) {
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

// How often each of n items was done and was in a finished chunk, over all ranks.
struct Tally {
  explicit Tally(std::int64_t n) : done(static_cast<std::size_t>(n)), finished(done) {}

  QueueSummary run(const Communicator& comm, const std::vector<Range>& pending, const QueueOptions& options,
                   const std::function<void(std::int64_t)>& work) {
    const auto summary = run_queue(
        comm, pending, options,
        [&](std::int64_t item) {
          ++done[static_cast<std::size_t>(item)];
          if (work) work(item);
        },
        [&](Range chunk) {
          for (auto i = chunk.first; i < chunk.first + chunk.count; ++i)
            ++finished[static_cast<std::size_t>(i)];
        });
    comm.sum(std::span<std::int64_t>(done));
    comm.sum(std::span<std::int64_t>(finished));
    return summary;
  }

  std::vector<std::int64_t> done, finished;
};

std::vector<std::int64_t> ones(std::int64_t n) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(n), 1);
}

TEST(WorkQueue, DoesEveryItemOnce) {
  const auto comm = Communicator::world();
  constexpr std::int64_t n = 5000;
  Tally tally(n);
  const auto summary = tally.run(comm, {{0, n}}, quiet(), {});
  EXPECT_EQ(tally.done, ones(n));
  EXPECT_EQ(tally.finished, ones(n));
  EXPECT_EQ(summary.done, n);
  EXPECT_FALSE(summary.stopped);
  EXPECT_GT(summary.seconds, 0);
  EXPECT_EQ(summary.busy_seconds.size(), comm.root() ? static_cast<std::size_t>(comm.size()) : 0U);
}

TEST(WorkQueue, DoesJustTheItemsThatArePending) {
  const auto comm = Communicator::world();
  Tally tally(100);
  // The other ranks' lists do not count.
  const std::vector<Range> pending =
      comm.root() ? std::vector<Range>{{3, 4}, {10, 0}, {50, 1}, {90, 10}} : std::vector<Range>{{0, 100}};
  const auto summary = tally.run(comm, pending, quiet(), {});
  for (std::size_t i = 0; i < 100; ++i) {
    const bool wanted = (i >= 3 && i < 7) || i == 50 || i >= 90;
    EXPECT_EQ(tally.done[i], wanted) << i;
  }
  EXPECT_EQ(summary.done, 15);
  EXPECT_FALSE(summary.stopped);
}

TEST(WorkQueue, ChunksAreConsecutiveItems) {
  const auto comm = Communicator::world();
  std::vector<std::int64_t> since;
  bool consecutive = true;
  run_queue(
      comm, {{0, 500}}, quiet(), [&](std::int64_t item) { since.push_back(item); },
      [&](Range chunk) {
        consecutive = consecutive && static_cast<std::size_t>(chunk.count) == since.size();
        for (std::size_t i = 0; i < since.size(); ++i)
          consecutive = consecutive && since[i] == chunk.first + static_cast<std::int64_t>(i);
        since.clear();
      });
  EXPECT_TRUE(consecutive);
  EXPECT_TRUE(since.empty());  // no item without its finish_chunk
}

TEST(WorkQueue, FewerItemsThanRanksAndNone) {
  const auto comm = Communicator::world();
  for (std::int64_t n : {0, 1, 2, 3}) {
    Tally tally(n);
    EXPECT_EQ(tally.run(comm, {{0, n}}, quiet(), {}).done, n);
    EXPECT_EQ(tally.done, ones(n));
  }
  Tally none(1);
  EXPECT_EQ(none.run(comm, {}, quiet(), {}).done, 0);
}

TEST(WorkQueue, UnevenCostsAreSharedOut) {
  const auto comm = Communicator::world();
  constexpr std::int64_t n = 60;
  Tally tally(n);
  // Every seventh item costs a hundred times the others.
  const auto summary =
      tally.run(comm, {{0, n}}, quiet(), [](std::int64_t item) { pause(item % 7 == 0 ? 20'000 : 200); });
  EXPECT_EQ(tally.done, ones(n));
  if (!comm.root()) return;
  for (const double busy : summary.busy_seconds) EXPECT_GT(busy, 0);  // nobody was left out
}

// How many of n items the slow rank did, whose items take ten times as long as the others'.
std::int64_t share_of_slow(const Communicator& comm, int slow, std::int64_t n) {
  std::int64_t own = 0;
  run_queue(comm, {{0, n}}, quiet(),
            [&](std::int64_t) {
              if (comm.rank() == slow) ++own;
              pause(comm.rank() == slow ? 5000 : 500);
            },
            {});
  return comm.sum(own);
}

TEST(WorkQueue, ASlowRankGetsLess) {
  const auto comm = Communicator::world();
  if (comm.size() == 1) return;
  constexpr std::int64_t n = 200;
  for (int slow : {0, comm.size() - 1}) {
    // A busy machine may keep the quick ranks from running at all, but not every time.
    std::int64_t least = n;
    for (int attempt = 0; attempt < 10 && least >= n / comm.size(); ++attempt)
      least = std::min(least, share_of_slow(comm, slow, n));
    EXPECT_LT(least, n / comm.size());
  }
}

TEST(WorkQueue, OneItemARequest) {
  const auto comm = Communicator::world();
  constexpr std::int64_t n = 30'000;  // of no cost: rank 0 does little but answer
  QueueOptions options = quiet();
  options.largest_chunk = 1;
  Tally tally(n);
  const auto summary = tally.run(comm, {{0, n}}, options, {});
  EXPECT_EQ(tally.done, ones(n));
  EXPECT_EQ(tally.finished, ones(n));
  if (!comm.root()) return;
  // Each worker asks for each of its items and once in vain, and says goodbye.
  EXPECT_LE(summary.requests, n + 2 * comm.size());
  EXPECT_GE(summary.requests, comm.size() - 1);
  EXPECT_EQ(summary.answer_seconds > 0, comm.size() > 1);
}

TEST(WorkQueue, AnExceptionIsEverybodysError) {
  const auto comm = Communicator::world();
  for (int failing = 0; failing < comm.size(); ++failing) {
    std::string text;
    std::int64_t own = 0;
    try {
      run_queue(comm, {{0, 400}}, quiet(),
                [&](std::int64_t) {
                  pause(200);
                  if (comm.rank() == failing && ++own == 3)
                    throw Error("rank " + std::to_string(failing) + " gives up");
                },
                {});
    } catch (const Error& error) {
      text = error.what();
    }
    EXPECT_EQ(text, "rank " + std::to_string(failing) + " gives up");
  }
}

TEST(WorkQueue, AnErrorInFinishChunkIsEverybodysToo) {
  const auto comm = Communicator::world();
  EXPECT_THROW(run_queue(
                   comm, {{0, 400}}, quiet(), [](std::int64_t) { pause(1000); },
                   [&](Range) {
                     if (comm.rank() == comm.size() - 1) throw Error("disk full");
                   }),
               Error);
  Tally after(50);  // and the next queue works
  after.run(comm, {{0, 50}}, quiet(), {});
  EXPECT_EQ(after.done, ones(50));
}

TEST(WorkQueue, ItemsBeforeAnExceptionAreFinished) {
  const auto comm = Communicator::world();
  std::int64_t done = 0, finished = 0;
  EXPECT_THROW(run_queue(
                   comm, {{0, 300}}, quiet(),
                   [&](std::int64_t) {
                     pause(100);
                     if (done == 20) throw Error("enough");
                     ++done;
                   },
                   [&](Range chunk) { finished += chunk.count; }),
               Error);
  EXPECT_EQ(finished, done);
}

}  // namespace
}  // namespace elastem
