#include "mpi/comm/shared_memory.hpp"

#include <cstdint>
#include <numeric>
#include <string>
#include <sys/resource.h>
#include <utility>

#include <gtest/gtest.h>

#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

// Values that the ranks of `array.node()` fill by equal shares, as a library of references is filled.
void fill_by_shares(const SharedArray<float>& array) {
  const auto values = array.values();
  const Range share = equal_share(array.node(), static_cast<std::int64_t>(values.size()));
  for (std::int64_t i = share.first; i < share.first + share.count; ++i)
    values[static_cast<std::size_t>(i)] = static_cast<float>(i);
  array.fence();
}

void expect_filled(const SharedArray<float>& array) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < array.values().size(); ++i) wrong += array.values()[i] != static_cast<float>(i);
  EXPECT_EQ(wrong, 0U);
}

TEST(SharedArray, EveryRankSeesWhatTheOthersWrote) {
  const auto comm = Communicator::world();
  for (std::size_t count : {1, 3, 1000, 300'001}) {  // fewer values than ranks; many pages
    const SharedArray<float> array(comm, count);
    EXPECT_EQ(array.node().size(), comm.size());  // these tests run on one machine
    ASSERT_EQ(array.values().size(), count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.values().data()) % 64, 0U);
    EXPECT_EQ(std::accumulate(array.values().begin(), array.values().end(), 0.0F), 0.0F);
    array.fence();  // nobody writes before all have looked
    fill_by_shares(array);
    expect_filled(array);
  }
}

TEST(SharedArray, SuccessiveFillingsAreSeen) {
  const auto comm = Communicator::world();
  const SharedArray<std::int64_t> array(comm, 4096);
  for (std::int64_t round = 1; round <= 20; ++round) {
    if (round % comm.size() == comm.rank())
      for (auto& value : array.values()) value = round;
    array.fence();
    std::int64_t wrong = 0;
    for (const auto value : array.values()) wrong += value != round;
    EXPECT_EQ(wrong, 0) << round;
    array.fence();
  }
}

TEST(SharedArray, GroupsOfRanksHaveEachTheirOwn) {
  const auto comm = Communicator::world();
  const auto part = comm.split(comm.rank() % 2);  // as if on two nodes
  const SharedArray<float> array(part, 100);
  EXPECT_EQ(array.node().size(), part.size());
  if (array.node().root())
    for (auto& value : array.values()) value = static_cast<float>(comm.rank() % 2);
  array.fence();
  for (const float value : array.values()) EXPECT_EQ(value, static_cast<float>(comm.rank() % 2));
}

TEST(SharedArray, NoValues) {
  const SharedArray<float> array(Communicator::world(), 0);
  EXPECT_TRUE(array.values().empty());
  array.fence();
}

TEST(SharedArray, WithoutRoomEachRankHasItsOwn) {
  const auto comm = Communicator::world();
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 1 << 20;
  setrlimit(RLIMIT_FSIZE, &small);  // no file, and so no window, above 1 MiB
  {
    const SharedArray<float> array(comm, 1 << 20);
    EXPECT_EQ(array.node().size(), 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.values().data()) % 64, 0U);
    EXPECT_EQ(array.values().back(), 0.0F);
    fill_by_shares(array);
    expect_filled(array);
  }
  setrlimit(RLIMIT_FSIZE, &before);
  const SharedArray<float> array(comm, 1 << 20);
  EXPECT_EQ(array.node().size(), comm.size());
}

TEST(SharedArray, MoreThanThereIsIsAnError) {
  std::string text;
  try {
    const SharedArray<float> array(Communicator::world(), std::size_t{1} << 40);
  } catch (const Error& error) {
    text = error.what();
  }
  EXPECT_NE(text.find("wants 4194304 MiB"), std::string::npos) << text;
  EXPECT_NE(text.find("fewer ranks per node"), std::string::npos) << text;
}

TEST(SharedArray, RanksOfDifferentMindAreABug) {
  const auto comm = Communicator::world();
  if (comm.size() == 1) return;
  EXPECT_THROW(SharedArray<float>(comm, comm.root() ? 10 : 11), Bug);
}

// A window is left alone while an exception unwinds; MPI_Finalize of this program comes after.
TEST(SharedArray, AnExceptionLeavesIt) {
  const auto comm = Communicator::world();
  EXPECT_THROW(
      {
        const SharedArray<float> array(comm, 1000);
        if (array.values().size() == 1000) throw Error("gives up");
      },
      Error);
}

}  // namespace
}  // namespace elastem
