#include "mpi/comm/balanced.hpp"

#include <gtest/gtest.h>

#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

struct Item {
  std::int64_t number = 0;
  float weight = 0;
};

/// `count(rank)` items on each rank, numbered over all of them.
template <class Count>
std::vector<Item> items(const Communicator& comm, Count count) {
  std::int64_t first = 0;
  for (int rank = 0; rank < comm.rank(); ++rank) first += count(rank);
  std::vector<Item> own;
  for (std::int64_t i = 0; i < count(comm.rank()); ++i)
    own.push_back({first + i, 0.5F * static_cast<float>(first + i)});
  return own;
}

template <class Count>
void expect_equal_shares(Count count) {
  const Communicator comm = Communicator::world();
  std::int64_t all = 0;
  for (int rank = 0; rank < comm.size(); ++rank) all += count(rank);
  const Range share = equal_share(comm, all);
  const std::vector<Item> dealt = balanced(comm, items(comm, count));
  EXPECT_EQ(static_cast<std::int64_t>(dealt.size()), share.count);
  for (std::size_t i = 0; i < dealt.size(); ++i) {
    EXPECT_EQ(dealt[i].number, share.first + static_cast<std::int64_t>(i));
    EXPECT_EQ(dealt[i].weight, 0.5F * static_cast<float>(dealt[i].number));
  }
}

TEST(Balanced, EveryRankGetsItsEqualShareInTheSameOrder) {
  expect_equal_shares([](int rank) { return 10 * rank + 3; });
  expect_equal_shares([](int rank) { return rank == 0 ? 101 : 0; });
  expect_equal_shares([](int rank) { return rank % 2 == 1 ? 7 : 0; });
  expect_equal_shares([](int) { return 5; });
}

TEST(Balanced, FewerItemsThanRanksLeaveSomeWithout) {
  expect_equal_shares([](int rank) { return rank == 0 ? 1 : 0; });
  expect_equal_shares([](int) { return 0; });
}

}  // namespace
}  // namespace elastem
