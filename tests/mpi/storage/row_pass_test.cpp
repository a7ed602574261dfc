#include "mpi/storage/row_pass.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using testing::ElementsAre;
using Details = ResultTable::Details;

// Row i: pending where i is in 40 … 44 or 700, failed where i is a multiple of 100, an outlier where i % 7 is
// 3; the other rows are done.
ParticleResult row(std::int64_t i) {
  ParticleResult r;
  r.amplitudes = Eigen::VectorXd::Constant(1, static_cast<double>(i));
  r.standard_errors = Eigen::VectorXd::Ones(6);
  r.score = 0.25;
  r.state = i % 100 == 0 ? ParticleState::failed : ParticleState::done;
  r.reason = i % 200 == 0 ? FailureReason::constant : FailureReason::none;
  if (i == 900) r.reason = static_cast<FailureReason>(77);  // of a later version
  r.fit = FitDetails{};
  r.fit->covariance = Eigen::MatrixXd::Identity(6, 6);
  r.fit->amplitudes = r.amplitudes;
  r.fit->outlier = i % 7 == 3;
  return r;
}

bool written(std::int64_t i) {
  return !(i >= 40 && i < 45) && i != 700;
}

ResultTable some_table(const Communicator& comm, const std::string& path, std::int64_t n) {
  TableContents contents;
  contents.fits = true;
  auto table = ResultTable::create(comm, path, n, {7}, {}, contents);
  if (comm.root())
    for (std::int64_t i = 0; i < n; ++i)
      if (written(i)) table.write(i, std::vector<ParticleResult>{row(i)});
  comm.barrier();
  return table;
}

TEST(RowPass, ShowsEachRowToOneRankInAscendingOrder) {
  const auto comm = Communicator::world();
  const auto table = some_table(comm, "pass.h5", 1000);
  std::vector<std::int64_t> seen;
  for_each_row(comm, table, {}, [&](std::int64_t i, const ParticleResult& result) {
    seen.push_back(i);
    EXPECT_EQ(result.state == ParticleState::pending, !written(i)) << i;
    EXPECT_FALSE(result.fit.has_value());
  });
  const auto all = comm.gathered(seen);
  if (comm.root()) {
    ASSERT_EQ(all.size(), 1000U);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<std::int64_t>(i));
  }
}

TEST(RowPass, LeavesOutliersOut) {
  const auto comm = Communicator::world();
  const auto table = some_table(comm, "outliers_left_out.h5", 300);
  std::int64_t seen = 0;
  for_each_row(comm, table, {.outliers = Outliers::leave_out},
               [&](std::int64_t i, const ParticleResult& result) {
                 ++seen;
                 if (result.state == ParticleState::done) {
                   EXPECT_NE(i % 7, 3) << i;
                 }
               });
  std::int64_t outliers = 0;
  for (std::int64_t i = 0; i < 300; ++i) outliers += written(i) && i % 7 == 3 && i % 100 != 0 ? 1 : 0;
  EXPECT_EQ(comm.sum(seen), 300 - outliers);
}

TEST(RowPass, CountsStatesAndReasonsEvenUnknownOnes) {
  const auto comm = Communicator::world();
  const auto counts = count_rows(comm, some_table(comm, "counts.h5", 1000));
  EXPECT_EQ(counts.pending, 6);  // 40 … 44 and 700
  EXPECT_EQ(counts.failed, 9);   // 0, 100 … 900 without 700
  EXPECT_EQ(counts.done, 985);
  EXPECT_EQ(counts.reasons[static_cast<std::size_t>(FailureReason::constant)], 5);
  EXPECT_EQ(counts.reasons.back(), 1);
  EXPECT_EQ(counts.mean_score, 0.25);
  const auto lines = failure_lines(counts);
  EXPECT_THAT(lines, testing::Contains("5 particles failed: constant"));
  EXPECT_THAT(lines, testing::Contains("1 particle failed: a reason of a newer elastem"));
}

TEST(RowPass, PendingRunsAreWholeAcrossRanks) {
  const auto comm = Communicator::world();
  const auto describe = [](const std::vector<Range>& runs) {
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
    for (const Range run : runs) pairs.emplace_back(run.first, run.count);
    return pairs;
  };
  const auto runs = describe(pending_runs(comm, some_table(comm, "runs.h5", 1000)));
  const auto fresh = describe(pending_runs(comm, ResultTable::create(comm, "fresh.h5", 1000, {7}, {})));
  if (comm.root()) {
    EXPECT_THAT(runs, ElementsAre(std::pair(40, 5), std::pair(700, 1)));
    EXPECT_THAT(fresh, ElementsAre(std::pair(0, 1000)));
  } else {
    EXPECT_TRUE(runs.empty());
  }
}

TEST(RowPass, AnErrorOfOneRankIsEverybodys) {
  const auto comm = Communicator::world();
  const auto table = some_table(comm, "error.h5", 300);
  const auto visit = [](std::int64_t i, const ParticleResult&) {
    if (i == 299) throw Error("row 299 is bad");
  };
  EXPECT_THROW(for_each_row(comm, table, {}, visit), Error);
}

}  // namespace
}  // namespace elastem
