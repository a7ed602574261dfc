#include "tests/bench/training/cost_model.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

const Interconnect network{"test", 1e-6, 1e9};

TEST(CostModel, AddsUpLatencyMovingAndAdding) {
  constexpr double bytes = 4e6, adding = 2e9;
  // Of four ranks: 3/4 of the bytes out and in again at 1 GB/s and added at 2 GB/s; 6 messages in a ring, 4
  // by halving.
  const double moved = 0.75 * (2 * 4e-3 + 2e-3);
  EXPECT_DOUBLE_EQ(ring_seconds(network, bytes, adding, 4), moved + 6e-6);
  EXPECT_DOUBLE_EQ(halving_seconds(network, bytes, adding, 4), moved + 4e-6);
  EXPECT_EQ(ring_seconds(network, bytes, adding, 1), 0);
  EXPECT_EQ(halving_seconds(network, bytes, adding, 1), 0);
}

TEST(CostModel, ARankAloneLosesNothingAndOverlapNeverCosts) {
  StepCost step{0.02, 0.012, 4e6, 2e9, 8};
  EXPECT_EQ(efficiency_in_turn(step, network, 1), 1);
  EXPECT_EQ(efficiency_overlapped(step, network, 1), 1);
  double before = 1;
  for (const int ranks : {2, 8, 64, 1024}) {
    const double in_turn = efficiency_in_turn(step, network, ranks);
    const double overlapped = efficiency_overlapped(step, network, ranks);
    EXPECT_LT(in_turn, before) << ranks;
    EXPECT_GT(overlapped, in_turn) << ranks;
    EXPECT_LE(overlapped, 1) << ranks;
    before = in_turn;
  }
}

TEST(CostModel, WaitsForTheLastBucketAndWhatExceedsTheBackwardPass) {
  // One bucket is complete only when the pass is over: nothing is hidden.
  StepCost step{0.02, 0.012, 4e6, 2e9, 1};
  EXPECT_DOUBLE_EQ(efficiency_overlapped(step, network, 4), efficiency_in_turn(step, network, 4));
  // Many buckets that together take less than the pass: the last one is waited for.
  step.buckets = 10;
  const double last = halving_seconds(network, 4e5, 2e9, 4);
  ASSERT_LT(10 * last, step.backward);
  EXPECT_DOUBLE_EQ(efficiency_overlapped(step, network, 4), 0.02 / (0.02 + last));
  // More than the pass hides: the rest is waited for.
  step.backward = 0.001;
  EXPECT_DOUBLE_EQ(efficiency_overlapped(step, network, 4), 0.02 / (0.02 + 10 * last - 0.001));
}

}  // namespace
}  // namespace elastem
