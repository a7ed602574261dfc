#include "core/stage_times.hpp"

#include <chrono>
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
  ASSERT_EQ(times.stages().size(), 2U);
  EXPECT_EQ(times.stages()[0].first, "reading");
  EXPECT_GE(times.stages()[0].second, 0.040);  // a sleep is never shorter
  EXPECT_EQ(times.stages()[1].first, "noise");
  EXPECT_GE(times.stages()[1].second, 0.005);
}

TEST(StageTimes, WhatLiesWithinAStageIsNotCountedTwice) {
  StageTimes times;
  times.add("of it writing", 12.34);
  times.add("of it writing", 0.66);
  times.add("nothing", 0);
  EXPECT_EQ(times.text(), "of it writing 13.0 s, nothing 0.00 s, 0.00 s in all");
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
