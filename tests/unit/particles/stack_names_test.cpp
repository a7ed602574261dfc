#include "particles/stack_names.hpp"

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using Names = std::vector<std::string>;

Names matched(const Names& names, const Names& others) {
  return matched_stacks(names, "a.star", others, "b.h5");
}

TEST(StackNames, EqualTextsAreTheSameStack) {
  EXPECT_EQ(matched({"a/x.mrcs", "b/x.mrcs"}, {"b/x.mrcs", "a/x.mrcs"}), (Names{"a/x.mrcs", "b/x.mrcs"}));
}

TEST(StackNames, AMovedFileNamesItsStacksFromElsewhere) {
  EXPECT_EQ(matched({"../job/a/x.mrcs", "../job/b/x.mrcs"}, {"a/x.mrcs", "b/x.mrcs"}),
            (Names{"a/x.mrcs", "b/x.mrcs"}));
  EXPECT_EQ(matched({"/data/job/a/x.mrcs"}, {"a/x.mrcs", "b/x.mrcs"}), (Names{"a/x.mrcs"}));
}

TEST(StackNames, OtherFileNamesAreOtherStacks) {
  EXPECT_EQ(matched({"a/x.mrcs"}, {"a/y.mrcs"}), (Names{""}));
  EXPECT_EQ(matched({"a/x.mrcs"}, {}), (Names{""}));
}

TEST(StackNames, AStackWithAnEqualTextIsNoCandidateForAnother) {
  EXPECT_EQ(matched({"a/x.mrcs", "b/x.mrcs"}, {"a/x.mrcs"}), (Names{"a/x.mrcs", ""}));
}

TEST(StackNames, TheStackThatAgreesFurthestHasIt) {
  EXPECT_EQ(matched({"c/x.mrcs", "z/b/x.mrcs"}, {"y/b/x.mrcs"}), (Names{"", "y/b/x.mrcs"}));
  EXPECT_EQ(matched({"z/b/x.mrcs", "c/x.mrcs"}, {"y/b/x.mrcs"}), (Names{"y/b/x.mrcs", ""}));
}

TEST(StackNames, TwoCandidatesForOneStackAreAnErrorThatNamesThem) {
  expect_error(
      [] {
        matched({"x.mrcs"}, {"a/x.mrcs", "b/x.mrcs"});
      },
      {"a.star has a stack x.mrcs", "a/x.mrcs or b/x.mrcs of b.h5"});
}

TEST(StackNames, TwoStacksForOneCandidateAreAnErrorThatNamesThem) {
  expect_error(
      [] {
        matched({"a/x.mrcs", "b/x.mrcs"}, {"x.mrcs"});
      },
      {"a/x.mrcs and b/x.mrcs", "x.mrcs of b.h5"});
}

}  // namespace
}  // namespace elastem
