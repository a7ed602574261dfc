#include "particles/keyed_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using testing::ElementsAre;
using Keys = std::vector<std::string>;

class KeyedTextFile : public testing::Test {
 protected:
  KeyedText open(const std::string& name, const std::string& text) const {
    const std::string path = scratch_.write(name, text);
    return {path, KeyedText::scan(path)};
  }
  static Keys all(const KeyedText& text) { return text.keys(0, text.size()); }

  Scratch scratch_;
};

TEST_F(KeyedTextFile, AListHasAKeyPerLine) {
  const KeyedText text = open("a.txt", "# saved\n\n0012@./s/a, b.mrcs\r\n3@c.mrc:mrcs\n");
  EXPECT_THAT(all(text), ElementsAre("12@s/a, b.mrcs", "3@c.mrc"));
  EXPECT_TRUE(text.columns().empty());
}

TEST_F(KeyedTextFile, CsvHasAColumnOfImages) {
  const KeyedText text =
      open("a.csv", "\xEF\xBB\xBFstate, image\n1,5@a.mrcs\n2,\"6@b \"\"x\"\", y.mrcs\"\n,\n");
  EXPECT_THAT(text.columns(), ElementsAre("state", "image"));
  EXPECT_THAT(all(text), ElementsAre("5@a.mrcs", "6@b \"x\", y.mrcs", ""));
  Keys states;
  text.for_each(1, 1, [&](std::int64_t row, std::span<const std::string> values) {
    EXPECT_EQ(row, 1);
    states.push_back(values[0]);
  });
  EXPECT_THAT(states, ElementsAre("2"));
  EXPECT_THAT(all(open("b.csv", "7@a.mrcs,1\n8@a.mrcs,2\n")), ElementsAre("7@a.mrcs", "8@a.mrcs"));
}

TEST_F(KeyedTextFile, StarFilesNeedNothingButImages) {
  EXPECT_THAT(
      all(open("a.star",
               "data_particles\nloop_\n_rlnAngleRot #1\n_rlnImageName #2\n5 000002@a.mrcs\n\n6 b.mrc\n")),
      ElementsAre("2@a.mrcs", "1@b.mrc"));
  EXPECT_THAT(all(open("a.xmd", "# XMIPP_STAR_1 *\ndata_noname\nloop_\n _image\n3@a.stk\n")),
              ElementsAre("3@a.stk"));
}

TEST_F(KeyedTextFile, RowsAreFoundFarInTheFile) {
  std::string lines;
  for (int i = 1; i <= 1000; ++i) lines += std::to_string(i) + "@a.mrcs\n" + (i % 7 == 0 ? "\n#\n" : "");
  const KeyedText text = open("a.txt", lines);
  EXPECT_EQ(text.size(), 1000);
  EXPECT_THAT(text.keys(510, 3), ElementsAre("511@a.mrcs", "512@a.mrcs", "513@a.mrcs"));
  EXPECT_THAT(text.keys(999, 1), ElementsAre("1000@a.mrcs"));
  EXPECT_TRUE(text.keys(1000, 0).empty());
}

TEST_F(KeyedTextFile, ErrorsNameFileAndRow) {
  expect_error([&] { KeyedText::scan(scratch_.path("absent.txt")); }, {"absent.txt", "is not there"});
  expect_error([&] { open("a.txt", "# nothing\n"); }, {"a.txt", "no particles"});
  expect_error([&] { open("a.csv", "state,p\n1,2\n"); }, {"a.csv", "column \"image\""});
  expect_error([&] { all(open("b.txt", "1@a.mrcs\n17\n")); }, {"b.txt: row 2", "\"17\" names no image"});
  expect_error([&] { all(open("c.txt", "x@a.mrcs\n")); }, {"names no image"});
  expect_error([&] { all(open("d.csv", "image,p\n1@a.mrcs\n")); }, {"row 1 has 1 values for 2 columns"});
}

TEST(KeyedTextNames, AreKnownByTheirEndings) {
  for (const char* name : {"a.star", "b/c.xmd", "d.csv", "e.txt"})
    EXPECT_TRUE(names_keyed_text(name)) << name;
  for (const char* name : {"q7 > 0.5", "a.mrcs", "done", ".txt"})
    EXPECT_FALSE(names_keyed_text(name)) << name;
}

}  // namespace
}  // namespace elastem
