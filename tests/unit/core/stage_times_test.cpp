#include "core/stage_times.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

#include <gtest/gtest.h>

namespace elastem {
namespace {

void pass(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

TEST(StageTimes, LapsFollowEachOther) {
  StageTimes times;
  pass(20);
  times.lap("reading");
  pass(5);
  times.lap("noise");
  pass(20);
  times.lap("reading");
  double reading = 0, noise = 0, all = 0;
  ASSERT_EQ(
      std::sscanf(times.text().c_str(), "reading %lf s, noise %lf s, %lf s in all", &reading, &noise, &all),
      3);
  constexpr double half_digit = 0.005;
  EXPECT_GE(reading, 0.040 - half_digit);  // a sleep is never shorter
  EXPECT_GE(noise, 0.005 - half_digit);
  EXPECT_NEAR(all, reading + noise, 3 * half_digit);
}

TEST(StageTimes, PartsOfAStageAreNotCountedTwice) {
  StageTimes times;
  times.lap("alignment");
  times.add_part("search", 12.34);
  times.add_part("search", 0.66);
  times.add_part("fits", 0);
  times.lap("writing");
  EXPECT_EQ(times.text(), "alignment 0.00 s (search 13.0 s, fits 0.00 s), writing 0.00 s, 0.00 s in all");
}

TEST(TimedScope, AddsItsLife) {
  double seconds = 1;
  for (int i = 0; i < 2; ++i) {
    const TimedScope watch(seconds);
    pass(5);
  }
  EXPECT_GE(seconds, 1.010);
}

}  // namespace
}  // namespace elastem
