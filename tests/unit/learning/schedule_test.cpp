#include "learning/schedule.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Schedule patient(ScheduleKind kind, std::int64_t patience) {
  return {kind, 0.01, 0, patience};
}

// How many of the losses are seen until the schedule is exhausted; −1: it never is.
int epochs_until_exhausted(Schedule& schedule, const std::vector<double>& losses) {
  for (std::size_t i = 0; i < losses.size(); ++i) {
    schedule.observe(losses[i]);
    if (schedule.exhausted()) return static_cast<int>(i) + 1;
  }
  return -1;
}

TEST(Schedule, WarmsUpThenFallsToOnePercent) {
  const Schedule schedule{ScheduleKind::cosine, 0.01, 10};
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0), 0.001);
  EXPECT_DOUBLE_EQ(schedule.rate(9, 0), 0.01);
  EXPECT_DOUBLE_EQ(schedule.rate(1000, 0.5), 0.01 * (0.01 + 0.99 / 2));
  EXPECT_DOUBLE_EQ(schedule.rate(1000, 1), 0.0001);
  EXPECT_DOUBLE_EQ(schedule.rate(1000, 1.5), 0.0001);
  const Schedule constant{ScheduleKind::constant, 0.01, 0};
  EXPECT_DOUBLE_EQ(constant.rate(0, 0.9), 0.01);
}

TEST(Schedule, PlateauCutsTheRateTwiceAndEndsTheThirdTime) {
  Schedule schedule = patient(ScheduleKind::plateau, 2);
  schedule.observe(1.0);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0.5), 0.01);
  schedule.observe(1.0);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0.5), 0.01);
  schedule.observe(1.1);  // two epochs without progress
  EXPECT_EQ(schedule.cuts, 1);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0.5), 0.01 * 0.3);
  schedule.observe(1.0);  // the count begins anew at a cut
  EXPECT_EQ(schedule.cuts, 1);
  schedule.observe(0.9);  // and at progress
  schedule.observe(0.9);
  EXPECT_EQ(schedule.cuts, 1);
  schedule.observe(0.9);
  EXPECT_EQ(schedule.cuts, 2);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0.5), 0.01 * 0.3 * 0.3);
  schedule.observe(0.9);
  EXPECT_FALSE(schedule.exhausted());
  schedule.observe(0.9);
  EXPECT_TRUE(schedule.exhausted());
  schedule.observe(0.1);  // over is over
  EXPECT_TRUE(schedule.exhausted());
}

TEST(Schedule, ProgressIsMoreThanAThousandthOfTheBestLoss) {
  for (const double best : {2.0, -2.0}) {  // a loss with a log-density in it may be negative
    Schedule schedule = patient(ScheduleKind::constant, 3);
    schedule.observe(best);
    schedule.observe(best - 0.9e-3 * std::abs(best));
    EXPECT_EQ(schedule.best_epoch, 1) << best;
    EXPECT_EQ(schedule.best_loss, best);
    // Slow progress adds up: it is the best loss, not the last one, that is compared.
    schedule.observe(best - 1.8e-3 * std::abs(best));
    EXPECT_EQ(schedule.best_epoch, 3) << best;
  }
}

TEST(Schedule, CosineAndConstantEndWhenPatienceIsOver) {
  const std::vector<double> losses = {3, 2, 2.5, 1, 1, 1, 1, 1};
  for (const ScheduleKind kind : {ScheduleKind::cosine, ScheduleKind::constant}) {
    Schedule three = patient(kind, 3);
    EXPECT_EQ(epochs_until_exhausted(three, losses), 7);  // the best is the fourth
    EXPECT_EQ(three.best_epoch, 4);
    Schedule none = patient(kind, 0);
    EXPECT_EQ(epochs_until_exhausted(none, losses), -1);
  }
}

TEST(Schedule, WithoutValidationNothingEnds) {
  Schedule schedule = patient(ScheduleKind::plateau, 1);
  EXPECT_EQ(epochs_until_exhausted(schedule, std::vector<double>(20, nan)), -1);
  EXPECT_DOUBLE_EQ(schedule.rate(100, 0.9), 0.01);
  // A loss that is infinite is one that does not fall.
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(epochs_until_exhausted(schedule, {infinite, infinite, infinite, infinite}), 3);
}

TEST(Schedule, PlateauNeedsPatience) {
  EXPECT_THROW(patient(ScheduleKind::plateau, 0).rate(0, 0), Bug);
}

TEST(BatchLearningRate, GrowsWithTheRootOfTheBatch) {
  EXPECT_DOUBLE_EQ(batch_learning_rate(1e-3, 64), 1e-3);
  EXPECT_DOUBLE_EQ(batch_learning_rate(1e-3, 1024), 4e-3);
  EXPECT_DOUBLE_EQ(batch_learning_rate(1e-3, 16), 0.5e-3);
  EXPECT_NE(error_of([] { batch_learning_rate(1e-3, 0); }).find("--batch"), std::string::npos);
}

}  // namespace
}  // namespace elastem
