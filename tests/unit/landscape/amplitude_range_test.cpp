#include "landscape/amplitude_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Mode 7 goes from −10 to 10, mode 8 from 0 to 100 with most at 0.
AmplitudeRange range() {
  AmplitudeTally tally(2);
  for (int i = -10; i <= 10; ++i) tally.add(Eigen::Vector2d(i, i == 10 ? 100 : 0));
  return tally.range();
}

TEST(AmplitudeRange, IsThatOfTheParticles) {
  const AmplitudeRange found = range();
  constexpr double mean_rounding = 1e-12, variance_rounding = 1e-9;  // of sums of 21 numbers up to 100
  EXPECT_NEAR(found.mean[0], 0, mean_rounding);
  EXPECT_NEAR(found.sd[0] * found.sd[0], 770.0 / 21, variance_rounding);  // Σ i² = 2·385
  EXPECT_EQ(found.low[1], 0);
  EXPECT_EQ(found.high[1], 100);
}

TEST(AmplitudeRange, TellsOfConformationsThatNoParticleHas) {
  EXPECT_THAT(far_from_particles(range(), {7, 8}, Eigen::Vector2d(9, 5)), IsEmpty());
  EXPECT_THAT(
      far_from_particles(range(), {7, 8}, Eigen::Vector2d(-11, 5)),
      ElementsAre(AllOf(HasSubstr("mode 7: -11.0 Å is outside of"), HasSubstr("from -10.0 to 10.0 Å"))));
}

TEST(AmplitudeRange, TellsOfThoseThatFewHave) {
  // The mean is 4.8, the standard deviation 21.3: 90 lies within the range.
  EXPECT_THAT(far_from_particles(range(), {7, 8}, Eigen::Vector2d(0, 90)),
              ElementsAre(HasSubstr("mode 8: 90.0 Å is far from most of")));
}

}  // namespace
}  // namespace elastem
