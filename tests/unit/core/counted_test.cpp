#include "core/counted.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace elastem {
namespace {

TEST(Counted, OneIsSingularAndAllElseIsPlural) {
  EXPECT_EQ(counted(1, "particle"), "1 particle");
  EXPECT_EQ(counted(std::int64_t{0}, "particle"), "0 particles");
  EXPECT_EQ(counted(std::size_t{2}, "outlier"), "2 outliers");
}

TEST(Verb, FollowsTheNumber) {
  EXPECT_STREQ(verb(1), "was");
  EXPECT_STREQ(verb(0), "were");
  EXPECT_STREQ(verb(1, "is", "are"), "is");
  EXPECT_STREQ(verb(2, "is", "are"), "are");
}

}  // namespace
}  // namespace elastem
