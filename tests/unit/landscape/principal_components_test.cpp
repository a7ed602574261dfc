#include "landscape/principal_components.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Eigen::VectorXd sample(std::int64_t row) {
  Random random(5, Stream::conformation, static_cast<std::uint64_t>(row));
  const double along = 100 * random.normal(), across = 20 * random.normal(), rest = 3 * random.normal();
  return Eigen::Vector3d(10 + 0.6 * along - 0.8 * across, -40 + 0.8 * along + 0.6 * across, rest);
}

AmplitudeMoments moments(std::int64_t rows) {
  AmplitudeMoments answer(3, rows);
  for (std::int64_t row = 0; row < rows; ++row) answer.add(row, sample(row));
  return answer;
}

TEST(PrincipalComponents, OfThreePointsOnALine) {
  AmplitudeMoments line(2, 3);
  line.add(0, Eigen::Vector2d(0, 0));
  line.add(1, Eigen::Vector2d(-3, 4));
  line.add(2, Eigen::Vector2d(-6, 8));
  const auto components = line.components();
  EXPECT_EQ(components.count, 3);
  EXPECT_NEAR(components.variances[0], 25, 1000 * epsilon);  // 0, 5, 10: Σ(d − 5)²/2
  EXPECT_NEAR(components.variances[1], 0, 1000 * epsilon);
  EXPECT_NEAR(components.axes(0, 0), -0.6, 100 * epsilon);  // the largest entry is positive
  EXPECT_NEAR(components.axes(1, 0), 0.8, 100 * epsilon);
  EXPECT_NEAR(components.share(0), 1, 100 * epsilon);
  EXPECT_NEAR(components.coordinates(Eigen::Vector2d(-6, 8))[0], 5, 100 * epsilon);
}

TEST(PrincipalComponents, FindTheAxesOfADistribution) {
  const std::int64_t n = 20000;
  const auto components = moments(n).components();
  // An axis errs by about (sd₂/sd₁)/√n, a variance by √(2/n), taken five times.
  EXPECT_NEAR(std::abs(components.axes.col(0).dot(Eigen::Vector3d(0.6, 0.8, 0))), 1, 5 * 0.2 / std::sqrt(n));
  EXPECT_NEAR(components.variances[0], 1e4, 5e4 * std::sqrt(2.0 / n));
  EXPECT_NEAR(components.variances[1], 400, 2000 * std::sqrt(2.0 / n));
  EXPECT_NEAR((components.axes.transpose() * components.axes - Eigen::Matrix3d::Identity()).norm(), 0,
              30 * epsilon);
}

// Two ranks that hold slices of their own give the bits of one.
TEST(PrincipalComponents, DoNotDependOnTheRanks) {
  const std::int64_t n = 1000;
  auto whole = moments(n);
  AmplitudeMoments low(3, n), high(3, n);
  const RowSlices slices{n};
  const std::int64_t middle = slices.begin(RowSlices::first_of_rank(1, 2));
  for (std::int64_t row = 0; row < n; ++row) (row < middle ? low : high).add(row, sample(row));
  for (std::size_t i = 0; i < low.sums().size(); ++i) low.sums()[i] += high.sums()[i];
  EXPECT_EQ(low.components().axes, whole.components().axes);
  EXPECT_EQ(low.components().variances, whole.components().variances);
}

TEST(PrincipalComponents, NeedTwoParticles) {
  AmplitudeMoments one(3, 10);
  one.add(4, sample(4));
  try {
    one.components();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("at least two particles, but 1"), std::string::npos)
        << error.what();
  }
}

TEST(RowSlices, CoverTheRowsOnce) {
  for (const std::int64_t rows : {0L, 1L, 100L, 256L, 257L, 1000003L, 3000000000L}) {
    const RowSlices slices{rows};
    EXPECT_EQ(slices.begin(0), 0);
    EXPECT_EQ(slices.begin(RowSlices::count), rows);
    for (int slice = 0; slice < RowSlices::count; ++slice) {
      EXPECT_LE(slices.begin(slice), slices.begin(slice + 1));
      if (slices.begin(slice) < slices.begin(slice + 1)) {
        EXPECT_EQ(slices.slice_of(slices.begin(slice), 100), slice);
        EXPECT_EQ(slices.slice_of(slices.begin(slice + 1) - 1), slice);
      }
    }
  }
}

}  // namespace
}  // namespace elastem
