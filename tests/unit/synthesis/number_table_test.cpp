#include "synthesis/number_table.hpp"

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

TEST(NumberTable, BlanksCommasCommentsAndWindowsLineEndsAreUnderstood) {
  const Scratch scratch;
  const std::string path =
      scratch.write("q.txt", "# mode 7, mode 8\r\n1 -2.5\r\n\r\n  3e1,\t+4 # last\n5 , 6\n   # end\n7\t8");
  Eigen::MatrixXd expected(2, 4);
  expected << 1, 30, 5, 7, -2.5, 4, 6, 8;
  EXPECT_EQ(read_number_table(path, 2, "one per mode"), expected);
}

TEST(NumberTable, ErrorsNameFileLineAndColumn) {
  const Scratch scratch;
  const auto refused = [&](const std::string& text, const std::string& place, const std::string& what) {
    const std::string path = scratch.write("q.txt", text);
    expect_error([&] { read_number_table(path, 2, "one per mode"); }, {path + place, what});
  };
  refused("1 2\n3 x4\n", ":2:3: ", "\"x4\" is not a finite number");
  refused("1 2\n\n3 nan\n", ":3:3: ", "not a finite number");
  refused("1 inf\n", ":1:3: ", "not a finite number");
  refused("1 2\n3 4 5\n", ":2:1: ", "3 numbers, but 2 are needed: one per mode");
  refused("1\n", ":1:1: ", "1 numbers, but 2 are needed");
  refused("1,,2\n", ":1:3: ", "a number is missing");
  refused("1,2,\n", ":1:5: ", "a number is missing");
  refused("# nothing\n", "", "no row of numbers");
  refused(std::string(100000, '7') + " 1\n", ":1:1: ", "not a finite number");
  expect_error([&] { read_number_table(scratch.path("none.txt"), 2, ""); }, {"none.txt", "cannot be opened"});
  expect_error([&] { read_number_table(scratch.path(""), 2, ""); }, {"is a folder"});
}

}  // namespace
}  // namespace elastem
