#include "core/suggestion.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

const std::vector<std::string> words = {"modes", "synthesize", "align", "train", "predict"};

TEST(Suggestion, FindsTheNearestWord) {
  EXPECT_EQ(suggestion("algn", words), " (did you mean align?)");
  EXPECT_EQ(suggestion("mdoes", words), " (did you mean modes?)");  // neighbours swapped
  EXPECT_EQ(suggestion("tain", words), " (did you mean train?)");
  EXPECT_EQ(suggestion("predictt", words), " (did you mean predict?)");
}

TEST(Suggestion, TakesABeginning) {
  EXPECT_EQ(suggestion("synth", words), " (did you mean synthesize?)");
}

TEST(Suggestion, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(suggestion("reconstruct", words), "");
  EXPECT_EQ(suggestion("xy", words), "");
  EXPECT_EQ(suggestion("", words), "");
  EXPECT_EQ(suggestion("align", {}), "");
}

}  // namespace
}  // namespace elastem
