#include "core/median.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

TEST(Median, IsTheMiddleValueOrTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({5, 1, 3}), 3);
  EXPECT_EQ(median({4, 1, 100, 2}), 3);
  EXPECT_EQ(median({2, 2, 2, 2}), 2);
}

TEST(Median, OfNothingIsABug) {
  EXPECT_THROW(median({}), Bug);
}

}  // namespace
}  // namespace elastem
