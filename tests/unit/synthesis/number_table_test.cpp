#include "synthesis/number_table.hpp"

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

NumberTable open(const std::string& path, std::int64_t columns) {
  // As the ranks do: over the flat form.
  const auto flat = NumberTable::scan(path, columns, "one a mode").serialise();
  return {path, NumberTableIndex::deserialise(flat)};
}

TEST(NumberTable, BlanksCommasCommentsAndWindowsLineEndsAreUnderstood) {
  const Scratch scratch;
  const std::string path =
      scratch.write("q.txt", "# mode 7, mode 8\r\n1 -2.5\r\n\r\n  3e1,\t+4 # last\n5 , 6\n   # end\n7\t8");
  const NumberTable table = open(path, 2);
  ASSERT_EQ(table.rows(), 4);
  Eigen::MatrixXd expected(2, 4);
  expected << 1, 30, 5, 7, -2.5, 4, 6, 8;
  EXPECT_EQ(table.read(0, 4), expected);
  EXPECT_EQ(table.read(1, 2), expected.middleCols(1, 2));
  EXPECT_EQ(table.read(4, 0).cols(), 0);
}

TEST(NumberTable, RowsAreFoundInAnyBlock) {
  const Scratch scratch;
  std::string text = "# a line a row, and some that are none\n";
  constexpr int rows = 1000;
  for (int i = 0; i < rows; ++i) text += std::to_string(i) + "\n" + (i % 7 == 0 ? "# comment\n\n" : "");
  const NumberTable table = open(scratch.write("q.txt", text), 1);
  ASSERT_EQ(table.rows(), rows);
  for (const int first : {0, 255, 256, 300, 511, 767, 990})
    for (int i = 0; i < 10; ++i) EXPECT_EQ(table.read(first, 10)(0, i), first + i);
}

TEST(NumberTable, ErrorsNameFileLineAndColumn) {
  const Scratch scratch;
  const auto refused = [&](const std::string& text, const std::string& place, const std::string& what) {
    const std::string path = scratch.write("q.txt", text);
    expect_error([&] { NumberTable::scan(path, 2, "one a mode"); }, {path + place, what});
  };
  refused("1 2\n3 x4\n", ":2:3: ", "\"x4\" is not a finite number");
  refused("1 2\n\n3 nan\n", ":3:3: ", "not a finite number");
  refused("1 inf\n", ":1:3: ", "not a finite number");
  refused("1 2\n3 4 5\n", ":2:1: ", "3 numbers, but 2 are needed: one a mode");
  refused("1\n", ":1:1: ", "1 numbers, but 2 are needed");
  refused("1,,2\n", ":1:3: ", "a number is missing");
  refused("1,2,\n", ":1:5: ", "a number is missing");
  refused("# nothing\n", "", "no row of numbers");
  refused(std::string(100000, '7') + " 1\n", ":1:1: ", "not a finite number");
  expect_error([&] { NumberTable::scan(scratch.path("none.txt"), 2, ""); }, {"none.txt", "cannot be opened"});
  expect_error([&] { NumberTable::scan(scratch.path(""), 2, ""); }, {"is a folder"});
}

TEST(NumberTable, AFileThatWasChangedMeanwhileIsNoticed) {
  const Scratch scratch;
  const std::string path = scratch.write("q.txt", "1 2\n3 4\n5 6\n");
  const NumberTable table = open(path, 2);
  scratch.write("q.txt", "1 2\n3 4\n");
  expect_error([&] { table.read(0, 3); }, {path, "changed meanwhile"});
  scratch.write("q.txt", "1 2\n3\n5 6\n");
  expect_error([&] { table.read(0, 3); }, {path + ":2:1", "changed meanwhile"});
}

}  // namespace
}  // namespace elastem
