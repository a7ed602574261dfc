#include "alignment/outliers.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace elastem {
namespace {

// Scores evenly from 0.2 to 0.4: median 0.3, median absolute deviation 0.05; ln χ² evenly from −0.2 to 0.2.
void add_even(QualityTally& tally) {
  for (int i = 0; i <= 1000; ++i) tally.add(0.2 + 2e-4 * i, std::exp(-0.2 + 4e-4 * i));
}

TEST(Outliers, LiesFiveRobustDeviationsOut) {
  QualityTally tally;
  add_even(tally);
  const OutlierLimits limits = tally.limits();
  // Two steps of the histogram each: of the median and of the deviation, five times 1.4826 of it.
  EXPECT_NEAR(limits.lowest_score, 0.3 - 5 * 1.4826 * 0.05, 10 * 2e-4);
  EXPECT_NEAR(std::log(limits.highest_chi2), 5 * 1.4826 * 0.1, 10 * 1e-3);
  EXPECT_FALSE(limits.exceeded(0.2, 1));
  EXPECT_TRUE(limits.exceeded(-0.1, 1));
  EXPECT_TRUE(limits.exceeded(0.3, 2.5));
}

TEST(Outliers, ANarrowDistributionIsNotCutToPieces) {
  QualityTally tally;
  for (int i = 0; i < 100; ++i) tally.add(0.3, 1);
  const OutlierLimits limits = tally.limits();
  EXPECT_FALSE(limits.exceeded(0.26, 1.04));  // within five times the least deviation of 0.01
  EXPECT_TRUE(limits.exceeded(0.24, 1));
  EXPECT_TRUE(limits.exceeded(0.3, 1.06));
}

TEST(Outliers, SomeBadOnesDoNotMoveTheLimits) {
  QualityTally clean, dirty;
  add_even(clean);
  add_even(dirty);
  for (int i = 0; i < 50; ++i) dirty.add(0.05, std::numeric_limits<double>::quiet_NaN());
  // 5 % of bad values move a median and a deviation by that share of their distribution: 0.005 and 0.0025.
  EXPECT_NEAR(dirty.limits().lowest_score, clean.limits().lowest_score, 0.005 + 5 * 1.4826 * 0.005);
}

TEST(Outliers, AddedOverRanksAsInOneGo) {
  QualityTally all, first, second;
  for (int i = 0; i < 60; ++i) {
    const double score = 0.3 + 0.001 * (i % 7), chi2 = 1 + 0.01 * (i % 5);
    all.add(score, chi2);
    (i < 20 ? first : second).add(score, chi2);
  }
  for (std::size_t i = 0; i < first.counts().size(); ++i) first.counts()[i] += second.counts()[i];
  EXPECT_EQ(first.limits().lowest_score, all.limits().lowest_score);
  EXPECT_EQ(first.limits().highest_chi2, all.limits().highest_chi2);
}

TEST(Outliers, AHandfulHasNone) {
  QualityTally tally;
  for (int i = 0; i < 19; ++i) tally.add(0.3, 1);
  EXPECT_FALSE(tally.limits().exceeded(-1, 1e9));
}

}  // namespace
}  // namespace elastem
