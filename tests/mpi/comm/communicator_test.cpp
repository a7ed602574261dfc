#include "mpi/comm/communicator.hpp"

#include <array>
#include <new>
#include <stdexcept>
#include <system_error>

#include <gtest/gtest.h>

namespace elastem {
namespace {

// What `collectively` throws on this rank, as "kind: text".
std::string outcome(const Communicator& comm, const std::function<void()>& work) {
  try {
    collectively(comm, work);
    return "nothing";
  } catch (const Error& error) {
    return std::string("error: ") + error.what();
  } catch (const SharedBug& error) {
    return std::string("bug: ") + error.what();
  }
}

TEST(Collectively, PassesWhenAllSucceed) {
  const auto comm = Communicator::world();
  int calls = 0;
  EXPECT_EQ(outcome(comm, [&] { ++calls; }), "nothing");
  EXPECT_EQ(calls, 1);
}

TEST(Collectively, OneRanksErrorIsEverybodys) {
  const auto comm = Communicator::world();
  for (int failing = 0; failing < comm.size(); ++failing)
    EXPECT_EQ(outcome(comm,
                      [&] {
                        if (comm.rank() == failing)
                          throw Error("disk " + std::to_string(failing) + " is full");
                      }),
              "error: disk " + std::to_string(failing) + " is full");
}

TEST(Collectively, TheLowestRanksErrorWins) {
  const auto comm = Communicator::world();
  EXPECT_EQ(outcome(comm, [&] { throw Error("rank " + std::to_string(comm.rank())); }), "error: rank 0");
  if (comm.size() < 3) return;
  EXPECT_EQ(outcome(comm,
                    [&] {
                      if (comm.rank() > 0) throw Error("rank " + std::to_string(comm.rank()));
                    }),
            "error: rank 1");
}

TEST(Collectively, TellsBugsFromErrors) {
  const auto comm = Communicator::world();
  const std::string last = std::to_string(comm.size() - 1);
  const auto on_last = [&](auto exception) {
    return outcome(comm, [&] {
      if (comm.rank() == comm.size() - 1) throw exception;
    });
  };
  EXPECT_EQ(on_last(Bug("broken")), "bug: rank " + last + ": broken");
  EXPECT_EQ(on_last(std::out_of_range("vector")), "bug: rank " + last + ": vector");
  EXPECT_EQ(on_last(std::bad_alloc()),
            "error: rank " + last + ": out of memory; run fewer ranks a node, or more nodes");
  EXPECT_EQ(on_last(std::system_error(ENOENT, std::generic_category(), "a.txt")),
            "error: a.txt: No such file or directory");
  EXPECT_EQ(on_last(42), "bug: rank " + last + ": an exception of unknown type");
}

TEST(Collectively, LongTextsArrive) {
  const auto comm = Communicator::world();
  const std::string text(100'000, 'x');
  EXPECT_EQ(outcome(comm,
                    [&] {
                      if (comm.rank() == comm.size() - 1) throw Error(text);
                    }),
            "error: " + text);
}

TEST(Collectively, ReturnsValues) {
  const auto comm = Communicator::world();
  EXPECT_EQ(collectively_get(comm, [&] { return comm.rank() + 1; }), comm.rank() + 1);
  EXPECT_THROW(collectively_get(comm, []() -> int { throw Error("no value"); }), Error);
}

TEST(Communicator, BroadcastsFromRankZero) {
  const auto comm = Communicator::world();
  std::string text = comm.root() ? "of rank 0" : "something longer than that";
  comm.broadcast(text);
  EXPECT_EQ(text, "of rank 0");
  std::string empty = comm.root() ? "" : "not empty";
  comm.broadcast(empty);
  EXPECT_EQ(empty, "");
  std::vector<std::uint64_t> values(comm.root() ? 3 : 1, static_cast<std::uint64_t>(comm.rank() + 5));
  comm.broadcast(values);
  EXPECT_EQ(values, (std::vector<std::uint64_t>{5, 5, 5}));
  std::array<float, 2> pair = {static_cast<float>(comm.rank()), 7};
  comm.broadcast(std::span<float>(pair));
  EXPECT_EQ(pair[0], 0);
}

TEST(Communicator, SumsAndExtremes) {
  const auto comm = Communicator::world();
  const int n = comm.size();
  std::vector<double> values = {1, static_cast<double>(comm.rank())};
  comm.sum(std::span<double>(values));
  EXPECT_EQ(values[0], n);
  EXPECT_EQ(values[1], n * (n - 1) / 2.0);
  std::vector<std::int64_t> counts = {std::int64_t{1} << 40};
  comm.sum(std::span<std::int64_t>(counts));
  EXPECT_EQ(counts[0], n * (std::int64_t{1} << 40));
  EXPECT_EQ(comm.max(comm.rank()), n - 1);
  EXPECT_EQ(comm.min(comm.rank()), 0);
}

TEST(Communicator, GathersTextsInTheOrderOfTheRanks) {
  const auto comm = Communicator::world();
  // Rank r's text has r letters, a zero byte among them: rank 0's is empty.
  std::string mine(static_cast<std::size_t>(comm.rank()), 'x');
  if (!mine.empty()) mine.front() = '\0';
  const auto texts = comm.gathered(mine);
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(comm.root() ? comm.size() : 0));
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    EXPECT_EQ(texts[rank].size(), rank);
    EXPECT_EQ(texts[rank].find('\0'), rank == 0 ? std::string::npos : 0U);
  }
}

TEST(Communicator, SplitsByColour) {
  const auto comm = Communicator::world();
  const auto part = comm.split(comm.rank() % 2);
  EXPECT_EQ(part.rank(), comm.rank() / 2);
  EXPECT_EQ(part.size(), (comm.size() + 1 - comm.rank() % 2) / 2);
  EXPECT_THROW(comm.split(-1), Bug);
}

TEST(Communicator, DuplicatesAndMoves) {
  const auto comm = Communicator::world();
  auto copy = comm.duplicate();
  EXPECT_NE(copy.handle(), comm.handle());
  const auto moved = std::move(copy);
  EXPECT_EQ(moved.rank(), comm.rank());
  EXPECT_EQ(moved.max(comm.rank()), comm.size() - 1);
}

}  // namespace
}  // namespace elastem
