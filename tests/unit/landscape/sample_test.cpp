#include "landscape/sample.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

TEST(StratifiedSample, TakesAllOfFew) {
  for (std::int64_t row = 0; row < 100; ++row) EXPECT_TRUE(in_stratified_sample(row, 100, 100, 1));
}

TEST(StratifiedSample, TakesOneOfEachStratum) {
  for (const std::int64_t rows : {101L, 125L, 999L, 1000L, 12345L}) {
    const std::int64_t most = 100;
    std::int64_t taken = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      if (!in_stratified_sample(row, rows, most, 1)) continue;
      EXPECT_EQ(row * most / rows, taken) << "row " << row << " of " << rows;  // the next stratum
      ++taken;
    }
    EXPECT_EQ(taken, most) << rows;
  }
}

TEST(StratifiedSample, IsEvenWithinAStratumAndChangesWithTheSeed) {
  const std::int64_t rows = 40000, most = 10000;  // four rows a stratum
  std::int64_t of_place[4] = {}, common = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool drawn = in_stratified_sample(row, rows, most, 1);
    of_place[row % 4] += drawn;
    common += drawn && in_stratified_sample(row, rows, most, 2);
  }
  const double scatter = 5 * std::sqrt(most * 0.25 * 0.75);  // five standard deviations of a count
  for (const auto count : of_place) EXPECT_NEAR(static_cast<double>(count), most / 4.0, scatter);
  EXPECT_NEAR(static_cast<double>(common), most / 4.0, scatter);
}

TEST(StratifiedSample, RefusesARowThatIsNotThere) {
  EXPECT_THROW(in_stratified_sample(5, 5, 2, 1), Bug);
}

}  // namespace
}  // namespace elastem
