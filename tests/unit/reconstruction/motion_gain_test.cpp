#include "reconstruction/motion_gain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::HasSubstr;

constexpr ImageGrid grid{40, 2};  // shell s is at 80/s Å

// 1 up to shell `start`, then falling to 0 at shell 20.
HalfCorrelation falling_from(int start, double less = 0) {
  HalfCorrelation curves;
  for (int s = 0; s <= 20; ++s)
    curves.unmasked.push_back(s <= start ? 1 - less : (20.0 - s) / (20 - start) - less);
  return curves;
}

TEST(MotionGain, IsWonWhereTheRightMotionAloneGains) {
  const MotionGain gain = motion_gain(falling_from(6), falling_from(12), falling_from(5), grid, 0);
  EXPECT_TRUE(gain.won());
  EXPECT_FALSE(gain.held_out);
  EXPECT_EQ(gain.first, 1);
  EXPECT_EQ(gain.last, 18);  // of the better curve: (20 − s)/8 ≥ 0.143
  EXPECT_GT(gain.gain, 0.1);
  EXPECT_LT(gain.control_gain, 0);
  EXPECT_THAT(gain_sentence(gain, grid), HasSubstr("align with --max-resolution"));
}

TEST(MotionGain, IsNotWonWhereTheControlGainsAsMuch) {
  const MotionGain gain = motion_gain(falling_from(6), falling_from(12), falling_from(11), grid, 0);
  EXPECT_FALSE(gain.won());
  EXPECT_THAT(gain_sentence(gain, grid), HasSubstr("no gain is shown"));
  EXPECT_FALSE(motion_gain(falling_from(12), falling_from(6), falling_from(6), grid, 0).won());
  EXPECT_FALSE(motion_gain(falling_from(6), falling_from(6), falling_from(6), grid, 0).won());
}

TEST(MotionGain, CountsDetailThatTheAlignmentDidNotSeeWhereThereIsSome) {
  const MotionGain gain = motion_gain(falling_from(6), falling_from(12), falling_from(5), grid, 8);
  EXPECT_TRUE(gain.held_out);
  EXPECT_EQ(gain.first, 11);  // shell 10 is 8 Å
  EXPECT_TRUE(gain.won());
  EXPECT_THAT(gain_sentence(gain, grid), HasSubstr("did not see"));
  EXPECT_FALSE(motion_gain(falling_from(6), falling_from(12), falling_from(5), grid, 4.5).held_out);
}

}  // namespace
}  // namespace elastem
