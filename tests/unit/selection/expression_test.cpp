#include "selection/expression.hpp"

#include <cmath>
#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Values = std::map<std::string, double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// a, b and c are numbers, yes and no conditions; nothing else is known.
bool is_condition(const std::string& name) {
  if (name == "yes" || name == "no") return true;
  if (name != "a" && name != "b" && name != "c") throw Error("there is no " + name);
  return false;
}

double answer(const std::string& text, const Values& values = {},
              const std::vector<double>& aggregates = {}) {
  const Expression expression = Expression::parse(text, is_condition);
  std::vector<double> named, scratch;
  for (const std::string& name : expression.names()) named.push_back(values.at(name));
  return expression.value(expression.whole(), named, aggregates, scratch);
}

std::string refusal(const std::string& text) {
  return error_of([&] { Expression::parse(text, is_condition); });
}

// The column of the caret, from 1.
std::size_t caret(const std::string& text) {
  const std::string error = refusal(text);
  return error.size() - error.rfind('\n') - 3;
}

TEST(Expression, OperatorsBindAsInPython) {
  EXPECT_EQ(answer("1 + 2 * 3 == 7"), 1);
  EXPECT_EQ(answer("(1 + 2) * 3 == 9"), 1);
  EXPECT_EQ(answer("2 - 3 - 4 == -5"), 1);
  EXPECT_EQ(answer("8 / 4 / 2 == 1"), 1);
  EXPECT_EQ(answer("-2 * -3 == +6"), 1);
  EXPECT_EQ(answer("1 == 1 or 1 == 1 and 1 == 2"), 1);
  EXPECT_EQ(answer("(1 == 1 or 1 == 1) and 1 == 2"), 0);
  EXPECT_EQ(answer("not 1 == 2 and 1 == 2"), 0);
  EXPECT_EQ(answer("not (1 == 2 and 1 == 2)"), 1);
}

TEST(Expression, SymbolsAndCapitalsMeanTheSameAsWords) {
  for (const char* text : {"a > 1 and not b > 1", "a > 1 && !b > 1", "a > 1 AND Not b > 1"}) {
    EXPECT_EQ(answer(text, {{"a", 2}, {"b", 0}}), 1) << text;
    EXPECT_EQ(answer(text, {{"a", 2}, {"b", 2}}), 0) << text;
  }
  EXPECT_EQ(answer("a > 1 || b > 1", {{"a", 0}, {"b", 2}}), 1);
}

TEST(Expression, IntervalsAreChains) {
  for (const auto& [a, wanted] : {std::pair{-20.0, 0.0}, {-19.5, 1.0}, {5.0, 1.0}, {5.5, 0.0}})
    EXPECT_EQ(answer("-20 < a <= 5", {{"a", a}}), wanted) << a;
  EXPECT_EQ(answer("1 < a != b < 9", {{"a", 2}, {"b", 3}}), 1);
}

TEST(Expression, SetsHoldNumbersAndRanges) {
  for (const auto& [a, wanted] :
       {std::pair{-2.0, 1.0}, {1.0, 1.0}, {3.0, 1.0}, {5.0, 1.0}, {6.0, 0.0}, {2.0, 0.0}}) {
    EXPECT_EQ(answer("a in {1, 3-5, -2}", {{"a", a}}), wanted) << a;
    EXPECT_EQ(answer("a not in {1, 3-5, -2}", {{"a", a}}), 1 - wanted) << a;
    EXPECT_EQ(answer("not (a in {1, 3-5, -2})", {{"a", a}}), 1 - wanted) << a;
  }
  EXPECT_EQ(answer("a in {-3--1}", {{"a", -2}}), 1);
}

TEST(Expression, FunctionsOfOneParticle) {
  EXPECT_EQ(answer("abs(a) == 3 and sqrt(9) == 3", {{"a", -3}}), 1);
  EXPECT_EQ(answer("min(a, 5, 4) == 2 and max(1, a) == 2", {{"a", 2}}), 1);
  EXPECT_EQ(answer("1.5e1 == 15 and .5 == 5e-1"), 1);
}

TEST(Expression, FlagsAreConditionsAndNumbers) {
  EXPECT_EQ(answer("yes and no == 0", {{"yes", 1}, {"no", 0}}), 1);
  EXPECT_EQ(answer("not no", {{"no", 0}}), 1);
}

TEST(Expression, WhatIsNotKnownIsNotSelectedUnlessTheRestDecides) {
  EXPECT_TRUE(std::isnan(answer("a > 1", {{"a", nan}})));
  EXPECT_TRUE(std::isnan(answer("not (a > 1)", {{"a", nan}})));
  EXPECT_TRUE(std::isnan(answer("a != 1", {{"a", nan}})));
  EXPECT_TRUE(std::isnan(answer("not (a in {1})", {{"a", nan}})));
  EXPECT_TRUE(std::isnan(answer("max(a, 1) > 0", {{"a", nan}})));
  EXPECT_TRUE(std::isnan(answer("sqrt(a) >= 0", {{"a", -1}})));
  EXPECT_EQ(answer("a > 1 or b > 1", {{"a", nan}, {"b", 2}}), 1);
  EXPECT_EQ(answer("a > 1 and b > 1", {{"a", nan}, {"b", 0}}), 0);
  EXPECT_TRUE(std::isnan(answer("a > 1 or b > 1", {{"a", nan}, {"b", 0}})));
}

TEST(Expression, AQuantileIsOfTheOtherSideOfItsComparison) {
  for (const char* text :
       {"a + b > q(0.1)", "q(0.1) < a + b", "q(0.1) + 1 < a + b", "a + b > q(0.1, a + b)"}) {
    const Expression expression = Expression::parse(text, is_condition);
    ASSERT_EQ(expression.aggregates().size(), 1U) << text;
    const Aggregate& quantile = expression.aggregates()[0];
    EXPECT_EQ(quantile.statistic, Statistic::quantile);
    EXPECT_EQ(quantile.share, 0.1);
    std::vector<double> scratch;
    EXPECT_EQ(expression.value(quantile.of, std::vector{3.0, 4.0}, std::vector{nan}, scratch), 7) << text;
    EXPECT_EQ(expression.value(expression.whole(), std::vector{3.0, 4.0}, std::vector{5.9}, scratch), 1)
        << text;
    EXPECT_EQ(expression.value(expression.whole(), std::vector{3.0, 4.0}, std::vector{7.1}, scratch), 0)
        << text;
  }
  EXPECT_EQ(answer("q(0.1) < a < q(0.9)", {{"a", 5}}, {4, 6}), 1);
}

TEST(Expression, MayBeANumberWhereOneIsAskedFor) {
  std::vector<double> scratch;
  for (const auto& [text, expected] :
       {std::pair{"a - 2 * b", -5.0}, {"a", 3.0}, {"(a - mean(b)) / 2", -1.0}}) {
    const Expression expression = Expression::parse(text, is_condition, Expression::Kind::number);
    std::vector<double> values;
    for (const std::string& name : expression.names()) values.push_back(name == "a" ? 3 : 4);
    EXPECT_EQ(expression.value(expression.whole(), values,
                               std::vector<double>(expression.aggregates().size(), 5), scratch),
              expected)
        << text;
  }
  EXPECT_THROW(Expression::parse("a > 1", is_condition, Expression::Kind::number), Error);
  EXPECT_THROW(Expression::parse("a - q(0.5)", is_condition, Expression::Kind::number), Error);
}

TEST(Expression, AggregatesComeBeforeThoseThatNeedThem) {
  const Expression expression = Expression::parse("q(0.9) > abs(a - mean(a)) / sd(a)", is_condition);
  ASSERT_EQ(expression.aggregates().size(), 3U);
  EXPECT_EQ(expression.aggregates()[2].statistic, Statistic::quantile);
  std::vector<double> scratch;
  // |1 − 4| / 2
  EXPECT_EQ(
      expression.value(expression.aggregates()[2].of, std::vector{1.0}, std::vector{4.0, 2.0, nan}, scratch),
      1.5);
  EXPECT_EQ(answer("median(a) == 3", {{"a", 0}}, {3}), 1);
}

TEST(Expression, ErrorsShowTheExpressionAndPointAtTheCharacter) {
  EXPECT_EQ(refusal("a > 1 and d < 2"), "there is no d\n  a > 1 and d < 2\n            ^");
  EXPECT_EQ(caret("a > "), 5U);
  EXPECT_EQ(caret("a = 1"), 3U);
  EXPECT_EQ(caret("a b"), 3U);
  EXPECT_EQ(caret("(a > 1"), 1U);
  EXPECT_EQ(caret("a > 1)"), 6U);
  EXPECT_EQ(caret("a > 1 and b"), 11U);
  EXPECT_EQ(caret("a + (b > 1) > 2"), 5U);
  EXPECT_EQ(caret("a in 1"), 6U);
  EXPECT_EQ(caret("a in {b}"), 7U);
  EXPECT_EQ(caret("a in {5-1}"), 8U);
  EXPECT_EQ(caret("a > 5q"), 6U);
  EXPECT_EQ(caret("a > 1e999"), 5U);
  // Characters, not bytes, on the way to it.
  EXPECT_EQ(refusal("a ≥ 1"), "≥ means nothing here; write >=\n  a ≥ 1\n    ^");
  EXPECT_THAT(refusal("a < 1 §"), EndsWith("\n  a < 1 §\n        ^"));
}

TEST(Expression, ErrorsSayWhatIsMeant) {
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal("a"), StartsWith("this is a number, no condition"));
  EXPECT_THAT(refusal("not a"), StartsWith("this is a number, no condition"));
  EXPECT_THAT(refusal("a = 1"), HasSubstr("write == to compare"));
  EXPECT_THAT(refusal("a > 1 & b > 1"), HasSubstr("write and"));
  EXPECT_THAT(refusal("a in [1]"), HasSubstr("write {1, 3} for a set"));
  EXPECT_THAT(refusal("ab(a) > 1"), HasSubstr("did you mean abs?"));
  EXPECT_THAT(refusal("abs(a, b) > 1"), HasSubstr("abs takes one number"));
  EXPECT_THAT(refusal("min(a) > 1"), HasSubstr("two numbers or more"));
  EXPECT_THAT(refusal("a > q(10)"), HasSubstr("a share of the particles, 0 to 1"));
  EXPECT_THAT(refusal("q(0.1) > 1"), HasSubstr("of what, as in q(0.1, score)"));
  EXPECT_THAT(refusal("q(0.1) > q(0.2)"), HasSubstr("of what"));
  EXPECT_THAT(refusal("a > q(0.1) > b"), HasSubstr("stands between two"));
  EXPECT_THAT(refusal("mean(3) > a"), HasSubstr("mean is of a quantity of particles"));
  EXPECT_THAT(refusal("q(0.1) in {1}"), HasSubstr("of what"));
}

TEST(Expression, WhatHasNoEndIsRefused) {
  EXPECT_THAT(refusal(std::string(1000, '(') + "a > 1" + std::string(1000, ')')),
              HasSubstr("too many parentheses"));
  EXPECT_THAT(refusal("a > " + std::string(1000, '-') + "1"), HasSubstr("too many signs"));
  std::string text = "a > 1";
  for (int i = 0; i < 10000; ++i) text += "+1";
  EXPECT_THAT(refusal(text), HasSubstr("too long"));
  // A long line is shown in part.
  EXPECT_LT(refusal(text).size(), 400U);
}

}  // namespace
}  // namespace elastem
