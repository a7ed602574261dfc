#include "report/page_particles.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace elastem {
namespace {

TEST(PageParticles, CodesSpanTheRangeAndKnowWhatHasNoValue) {
  const PageColumn fine{"pc1", "", true, -1, 1, 2, {}};
  EXPECT_EQ(page_codes(fine, std::vector<float>{-1, 1, 0, -5, std::nanf("")}),
            std::string("\0\0\xfe\xff\xff\x7f\0\0\xff\xff", 10));
  const PageColumn whole{"state", "", true, 0, 254, 1, {}};
  EXPECT_EQ(page_codes(whole, std::vector<float>{0, 3, 254, 300, std::nanf("")}),
            std::string("\0\3\xfe\xfe\xff", 5));
}

TEST(PageParticles, AColumnOfOneValueHasOneCode) {
  const PageColumn column{"q7", "", true, 2, 2, 1, {}};
  EXPECT_EQ(page_codes(column, std::vector<float>{2, 2}), std::string("\0\0", 2));
}

TEST(PageParticles, ImagesInARowTakeAByteEach) {
  PageKeys keys;
  keys.begin();
  keys.add(1, 0);
  keys.add(2, 0);
  keys.add(5, 0);    // two are left out: z = 4
  keys.add(4, 0);    // s = −2: z = 3
  keys.add(1, 200);  // another stack, in two bytes
  EXPECT_EQ(keys.bytes(), std::string("\1\0\0\x8\x6\1\xc8\1", 8));
}

TEST(PageParticles, StretchesOfKeysCanBeJoined) {
  PageKeys whole, second;
  whole.begin();
  whole.add(7, 3);
  whole.begin();
  whole.add(8, 3);
  second.begin();
  second.add(8, 3);
  EXPECT_TRUE(whole.bytes().ends_with(second.bytes()));
}

}  // namespace
}  // namespace elastem
