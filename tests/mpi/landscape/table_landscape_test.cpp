#include "mpi/landscape/table_landscape.hpp"

#include <cmath>
#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

constexpr std::int64_t rows = 3000;
constexpr int every_failed = 50, every_outlier = 30;

enum class Kind { used, failed, outlier };

Kind kind_of(std::int64_t row) {
  if (row % every_failed == 7) return Kind::failed;
  return row % every_outlier == 11 ? Kind::outlier : Kind::used;
}

// Spread 10 Å along (0.6, 0.8), 2 Å across it, about (5, −3); outliers lie far off.
Eigen::VectorXd amplitudes_of(std::int64_t row) {
  Eigen::VectorXd amplitudes(2);
  if (kind_of(row) == Kind::outlier) {
    amplitudes << 500, 500;
    return amplitudes;
  }
  Random random(9, Stream::sampling, static_cast<std::uint64_t>(row));
  const double along = 10 * random.normal(), across = 2 * random.normal();
  amplitudes << 5 + 0.6 * along - 0.8 * across, -3 + 0.8 * along + 0.6 * across;
  return amplitudes;
}

void write_table(const std::string& path) {
  const Communicator alone = Communicator::self();
  TableContents contents;
  contents.fits = true;
  ResultTable table =
      ResultTable::create(alone, path, rows, {7, 8}, make_provenance(alone, "test", {}, 1), contents);
  std::vector<ParticleResult> results;
  for (std::int64_t i = 0; i < rows; ++i) {
    ParticleResult row;
    row.amplitudes = amplitudes_of(i);
    row.standard_errors = Eigen::VectorXd::Ones(7);
    row.score = 0.001 * static_cast<double>(i);
    row.state = kind_of(i) == Kind::failed ? ParticleState::failed : ParticleState::done;
    row.fit = FitDetails{};
    row.fit->covariance = Eigen::MatrixXd::Identity(7, 7);
    row.fit->amplitudes = row.amplitudes;
    row.fit->outlier = kind_of(i) == Kind::outlier;
    results.push_back(row);
  }
  table.write(0, results);
  table.close();
}

class TableLandscape : public testing::Test {
 protected:
  void SetUp() override {
    comm_.barrier();  // a rank may still read the files of the test before
    if (comm_.root()) {
      std::remove("alignment.h5");
      write_table("alignment.h5");
    }
    comm_.barrier();
  }
  static Landscape landscape(const Communicator& comm, const LandscapeSettings& settings = {.frames = 5}) {
    ResultTable table = ResultTable::open(comm, "alignment.h5", ResultTable::Access::read);
    Landscape answer = landscape_of(comm, table, settings);
    table.close();
    return answer;
  }
  Communicator comm_ = Communicator::world();
};

TEST_F(TableLandscape, OutliersAndFailedParticlesAreCountedAndLeftOut) {
  const Landscape found = landscape(comm_);
  std::int64_t used = 0, failed = 0, outliers = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    ++(kind_of(i) == Kind::used ? used : kind_of(i) == Kind::failed ? failed : outliers);
  EXPECT_EQ(found.done, used);
  EXPECT_EQ(found.failed, failed);
  EXPECT_EQ(found.outliers, outliers);
  EXPECT_EQ(found.rows(), rows);
  // The standard error of a variance is variance·√(2/n).
  // Of each 1 Å² is taken off, the variance of the stored errors.
  EXPECT_NEAR(found.components.variances[0], 100 - 1, 5 * 100 * std::sqrt(2.0 / static_cast<double>(used)));
  EXPECT_NEAR(found.components.variances[1], 4 - 1, 5 * 4 * std::sqrt(2.0 / static_cast<double>(used)));
}

TEST_F(TableLandscape, OutliersTakePartWhereTheyAreWanted) {
  const Landscape found = landscape(comm_, {.frames = 5, .with_outliers = true});
  EXPECT_EQ(found.outliers, 0);
  EXPECT_GT(found.done, landscape(comm_).done);
  EXPECT_GT(found.components.variances[0], 1.1 * landscape(comm_).components.variances[0]);
}

TEST_F(TableLandscape, IsThatOfTheSelectedRows) {
  const auto of_selected = [](const Communicator& comm) {
    ResultTable table = ResultTable::open(comm, "alignment.h5", ResultTable::Access::read);
    const std::string path = "alignment.h5";
    const auto selection = selected_rows(comm, {path, table}, {"row > 1000 and q7 > 5", ""}, false);
    Landscape answer = landscape_of(comm, table, {.frames = 5, .selection = &*selection});
    table.close();
    return answer;
  };
  const Landscape together = of_selected(comm_), alone = of_selected(Communicator::self());
  std::int64_t used = 0, outliers = 0;
  for (std::int64_t i = 1000; i < rows; ++i)
    if (kind_of(i) != Kind::failed && amplitudes_of(i)[0] > 5) ++(kind_of(i) == Kind::used ? used : outliers);
  EXPECT_EQ(together.done, used);
  EXPECT_EQ(together.outliers, outliers);
  EXPECT_EQ(together.failed, 0);
  EXPECT_GT(together.components.mean[0], 5);
  EXPECT_EQ(together.components.axes, alone.components.axes);
  EXPECT_TRUE((together.density == alone.density).all());
  // Fewer than the plot shows, so all of them but the few beyond its edge.
  if (comm_.root()) {
    EXPECT_GT(std::ssize(together.points), used - used / 50);
  }
}

TEST_F(TableLandscape, HasTheSameBitsOnAnyNumberOfRanks) {
  const Landscape together = landscape(comm_), alone = landscape(Communicator::self());
  EXPECT_EQ(together.components.axes, alone.components.axes);
  EXPECT_EQ(together.components.variances, alone.components.variances);
  EXPECT_TRUE((together.density == alone.density).all());
  ASSERT_EQ(together.frames.size(), alone.frames.size());
  for (std::size_t i = 0; i < alone.frames.size(); ++i)
    EXPECT_EQ(together.frames[i].amplitudes, alone.frames[i].amplitudes);
  if (!comm_.root()) {
    EXPECT_TRUE(together.points.empty());
    return;
  }
  ASSERT_EQ(together.points.size(), alone.points.size());
  for (std::size_t i = 0; i < alone.points.size(); ++i) EXPECT_EQ(together.points[i].x, alone.points[i].x);
}

TEST_F(TableLandscape, FramesAreEqualSharesFromEndToEnd) {
  const Landscape found = landscape(comm_);
  ASSERT_EQ(found.frames.size(), 5U);
  std::int64_t particles = 0;
  for (std::size_t i = 0; i < found.frames.size(); ++i) {
    particles += found.frames[i].count;
    // Cut at the quantiles of a histogram of 8192 bins.
    EXPECT_NEAR(static_cast<double>(found.frames[i].count), static_cast<double>(found.done) / 5, 5);
    if (i > 0) {
      EXPECT_GT(found.frames[i].coordinate, found.frames[i - 1].coordinate);
    }
  }
  EXPECT_EQ(particles, found.done);
}

TEST_F(TableLandscape, TheDensityHoldsTheParticlesThatThePlotsShow) {
  const Landscape found = landscape(comm_);
  const double area = found.x.step(DensityGrid::bins) * found.y.step(DensityGrid::bins);
  // All but two in a thousand per axis are within, and smoothing moves few of them over the edge.
  EXPECT_NEAR(found.density.sum() * area, static_cast<double>(found.done),
              0.01 * static_cast<double>(found.done));
}

TEST(TableLandscapeErrors, OneParticleIsNoLandscape) {
  const Communicator comm = Communicator::world();
  ResultTable table = ResultTable::create(comm, "pending.h5", 10, {7}, make_provenance(comm, "test", {}, 1));
  EXPECT_THAT(error_of([&] { landscape_of(comm, table, {}); }), testing::HasSubstr("particles"));
  table.close();
}

}  // namespace
}  // namespace elastem
