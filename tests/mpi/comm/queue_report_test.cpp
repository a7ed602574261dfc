#include "mpi/comm/queue_report.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

QueueSummary summary_of(std::vector<double> busy) {
  QueueSummary summary;
  summary.done = 500;
  summary.seconds = 10;
  summary.busy_seconds = std::move(busy);
  return summary;
}

TEST(QueueReport, LeastAndMostBusyRankByNumber) {
  const auto lines = queue_report(summary_of({9.5, 8, 10, 9}), "particles");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(
      lines[0],
      "50 particles/s, each 73 ms of one rank's time; ranks busy 91 % of the time, rank 1 least (80 %), "
      "rank 2 most (100 %)");
  EXPECT_EQ(lines[1], "busy by rank, %: 95 80 100 90");
}

TEST(QueueReport, ManyRanksAreNotListed) {
  EXPECT_EQ(queue_report(summary_of(std::vector<double>(16, 5.0)), "particles").size(), 2U);
  EXPECT_EQ(queue_report(summary_of(std::vector<double>(17, 5.0)), "particles").size(), 1U);
}

TEST(QueueReport, OneRankAndNothingDone) {
  const auto lines = queue_report(summary_of({2.5}), "images");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], "50 images/s, each 5.00 ms of one rank's time; the rank was busy 25 % of the time");
  EXPECT_TRUE(queue_report(QueueSummary{}, "images").empty());
}

}  // namespace
}  // namespace elastem
