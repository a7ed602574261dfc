#include "mpi/comm/communicator.hpp"

#include <array>
#include <new>
#include <optional>
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
            "error: rank " + last + ": out of memory; run fewer ranks per node, or more nodes");
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

TEST(OnRoot, RunsOnRankZeroAlone) {
  const auto comm = Communicator::world();
  int calls = 0;
  on_root(comm, [&] { ++calls; });
  EXPECT_EQ(calls, comm.root() ? 1 : 0);
}

TEST(OnRoot, ItsErrorIsEverybodys) {
  const auto comm = Communicator::world();
  EXPECT_THROW(on_root(comm, [] { throw Error("no such file"); }), Error);
  EXPECT_THROW(from_root(comm, []() -> int { throw Error("no such file"); }), Error);
}

TEST(FromRoot, SharesWhatRankZeroMade) {
  const auto comm = Communicator::world();
  const auto shared = [&](const auto& value) {
    return from_root(comm, [&] {
      EXPECT_TRUE(comm.root());
      return value;
    });
  };
  EXPECT_EQ(shared(2.5), 2.5);
  EXPECT_EQ(shared(true), true);
  EXPECT_EQ(shared(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(shared(std::array{1, 2}), (std::array{1, 2}));
  EXPECT_EQ(shared(std::optional<float>(0.5F)), 0.5F);
  EXPECT_EQ(shared(std::vector<double>{1, 2, 3}), (std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(shared(std::vector<double>{}).empty());
  const std::vector<std::string> texts = {"", "two words", std::string(1000, 'x')};
  EXPECT_EQ(shared(texts), texts);
  const std::vector<std::vector<int>> lists = {{1}, {}, {2, 3}};
  EXPECT_EQ(shared(lists), lists);
  const Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(2, 3);
  EXPECT_EQ(shared(matrix), matrix);
  const Eigen::Vector3d centre(1, 2, 3);
  EXPECT_EQ(shared(centre), centre);
}

TEST(Communicator, BroadcastsFromRankZero) {
  const auto comm = Communicator::world();
  std::string text = comm.root() ? "of rank 0" : "something longer than that";
  comm.broadcast(text);
  EXPECT_EQ(text, "of rank 0");
  std::string empty = comm.root() ? "" : "not empty";
  comm.broadcast(empty);
  EXPECT_EQ(empty, "");
  std::vector<std::string> texts(comm.root() ? 2 : 3, comm.root() ? "kept" : "dropped");
  comm.broadcast(texts);
  EXPECT_EQ(texts, (std::vector<std::string>{"kept", "kept"}));
  std::vector<std::uint64_t> values(comm.root() ? 3 : 1, static_cast<std::uint64_t>(comm.rank() + 5));
  comm.broadcast(values);
  EXPECT_EQ(values, (std::vector<std::uint64_t>{5, 5, 5}));
  std::array<float, 2> pair = {static_cast<float>(comm.rank()), 7};
  comm.broadcast(std::span(pair).first(1));
  EXPECT_EQ(pair[0], 0);
  std::span<float> view(pair);  // a named span sends its values, not its address
  pair[1] = static_cast<float>(comm.rank());
  comm.broadcast(view);
  EXPECT_EQ(pair[1], 0);
  EXPECT_EQ(view.data(), pair.data());
}

template <class T>
void expect_sum_and_extremes(const Communicator& comm) {
  const int n = comm.size();
  const T own = static_cast<T>(comm.rank() + 1);
  EXPECT_EQ(comm.sum(own), static_cast<T>(n * (n + 1) / 2));
  EXPECT_EQ(comm.min(own), T{1});
  EXPECT_EQ(comm.max(own), static_cast<T>(n));
  EXPECT_EQ(comm.sum_below(own), static_cast<T>(comm.rank() * (comm.rank() + 1) / 2));
}

TEST(Communicator, SumsAndExtremesOfEveryNumber) {
  const auto comm = Communicator::world();
  expect_sum_and_extremes<double>(comm);
  expect_sum_and_extremes<float>(comm);
  expect_sum_and_extremes<long double>(comm);
  expect_sum_and_extremes<char>(comm);
  expect_sum_and_extremes<std::int8_t>(comm);
  expect_sum_and_extremes<std::uint8_t>(comm);
  expect_sum_and_extremes<std::int16_t>(comm);
  expect_sum_and_extremes<std::uint16_t>(comm);
  expect_sum_and_extremes<int>(comm);
  expect_sum_and_extremes<std::uint32_t>(comm);
  expect_sum_and_extremes<std::int64_t>(comm);
  expect_sum_and_extremes<long long>(comm);
  expect_sum_and_extremes<std::uint64_t>(comm);
  // Numbers that a double does not hold.
  const std::uint64_t large = (std::uint64_t{1} << 63) + static_cast<std::uint64_t>(comm.rank());
  EXPECT_EQ(comm.max(large), (std::uint64_t{1} << 63) + static_cast<std::uint64_t>(comm.size() - 1));
  EXPECT_EQ(comm.min(-(std::int64_t{1} << 53) - comm.rank()), -(std::int64_t{1} << 53) - comm.size() + 1);
}

TEST(Communicator, SumsElementByElement) {
  const auto comm = Communicator::world();
  const int n = comm.size();
  std::vector<double> values = {1, static_cast<double>(comm.rank())};
  comm.sum(values);
  EXPECT_EQ(values, (std::vector<double>{static_cast<double>(n), n * (n - 1) / 2.0}));
  std::array<std::int64_t, 2> counts = {1, std::int64_t{1} << 40};
  comm.sum(std::span(counts).last(1));
  EXPECT_EQ(counts, (std::array<std::int64_t, 2>{1, n * (std::int64_t{1} << 40)}));
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Constant(3, 2, 0.5);
  comm.sum(matrix);
  EXPECT_EQ(matrix, Eigen::MatrixXd::Constant(3, 2, 0.5 * n));
  std::vector<int> low = {comm.rank(), -comm.rank()}, high = low;
  comm.min(low);
  comm.max(high);
  EXPECT_EQ(low, (std::vector<int>{0, 1 - n}));
  EXPECT_EQ(high, (std::vector<int>{n - 1, 0}));
}

TEST(Communicator, AnswersOfAnyRankAndOfAll) {
  const auto comm = Communicator::world();
  EXPECT_TRUE(comm.any(comm.rank() == comm.size() - 1));
  EXPECT_EQ(comm.all(comm.rank() == comm.size() - 1), comm.size() == 1);
  EXPECT_FALSE(comm.any(false));
  EXPECT_TRUE(comm.all(true));
}

struct Item {
  double value;
  std::int32_t rank;
  bool operator==(const Item&) const = default;
};

TEST(Communicator, GathersValuesInTheOrderOfTheRanks) {
  const auto comm = Communicator::world();
  // Rank r gives r items: rank 0 gives none.
  const std::vector<Item> own(static_cast<std::size_t>(comm.rank()), Item{0.5, comm.rank()});
  std::vector<Item> expected;
  for (int rank = 0; rank < comm.size(); ++rank)
    expected.insert(expected.end(), static_cast<std::size_t>(rank), Item{0.5, rank});
  EXPECT_EQ(comm.all_gathered(own), expected);
  EXPECT_EQ(comm.gathered(own), comm.root() ? expected : std::vector<Item>{});
  const std::array<std::uint8_t, 1> one = {7};
  EXPECT_EQ(comm.all_gathered(one), std::vector<std::uint8_t>(static_cast<std::size_t>(comm.size()), 7));
}

TEST(Communicator, GathersTextsInTheOrderOfTheRanks) {
  const auto comm = Communicator::world();
  // Rank r's text has r letters, a zero byte among them: rank 0's is empty.
  const auto text_of = [](int rank) {
    std::string text(static_cast<std::size_t>(rank), 'x');
    if (!text.empty()) text.front() = '\0';
    return text;
  };
  std::vector<std::string> expected;
  for (int rank = 0; rank < comm.size(); ++rank) expected.push_back(text_of(rank));
  EXPECT_EQ(comm.all_gathered(text_of(comm.rank())), expected);
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
