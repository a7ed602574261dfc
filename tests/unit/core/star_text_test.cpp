#include "core/star_text.hpp"

#include <gemmi/cif.hpp>
#include <gtest/gtest.h>

namespace elastem {
namespace {

using Values = std::vector<std::string>;

Values split(const std::string& line) {
  Values values;
  EXPECT_TRUE(split_star_line(line, values)) << line;
  return values;
}

TEST(StarText, BlanksAndTabsSeparate) {
  EXPECT_EQ(split("  a\tb   c \r"), (Values{"a", "b", "c"}));
  EXPECT_EQ(split(""), Values{});
}

TEST(StarText, QuotesHoldBlanks) {
  EXPECT_EQ(split("1 'two words' \"it's\" 'a'b' ''"), (Values{"1", "two words", "it's", "a'b", ""}));
}

TEST(StarText, AHashBeginsACommentOnlyAtTheStartOfAValue) {
  EXPECT_EQ(split("a#1 b # rest"), (Values{"a#1", "b"}));
}

TEST(StarText, AQuoteWithoutEndIsSeen) {
  Values values;
  EXPECT_FALSE(split_star_line("a 'b c", values));
}

// gemmi reads CIF, of which STAR loops are a part: both must find the same values.
TEST(StarText, AgreesWithGemmi) {
  for (const std::string line :
       {"1 'a b' \"c d\" e'f #x", "'it''s' a\"b '#' x", "000001@dir/stack.mrcs -1.5e-3 +", "'a'b' c d e"}) {
    const Values mine = split(line);
    std::string document = "data_x\nloop_\n";
    for (std::size_t i = 0; i < mine.size(); ++i) document += "_l" + std::to_string(i) + "\n";
    auto parsed = gemmi::cif::read_string(document + line + "\n");
    const auto& loop = parsed.blocks.at(0).items.at(0).loop;
    Values theirs;
    for (const auto& value : loop.values) theirs.push_back(gemmi::cif::as_string(value));
    EXPECT_EQ(mine, theirs) << line;
  }
}

TEST(StarText, WhatIsWrittenIsReadBack) {
  const Values values = {"plain", "two words", "",      "it's",   "ends'", "_label",
                         "#hash", "data_x",    "loop_", "a\"b c", "'q"};
  EXPECT_EQ(split(star_line(values)), values);
}

TEST(StarText, HeadsNumberTheirLabels) {
  EXPECT_EQ(star_head("optics", {"a", "b"}), "data_optics\n\nloop_\n_a #1\n_b #2\n");
}

}  // namespace
}  // namespace elastem
