#include "core/number_list.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using Numbers = std::vector<int>;

TEST(NumberList, ReadsNumbersAndRanges) {
  EXPECT_EQ(parse_number_list("7", "--modes"), (Numbers{7}));
  EXPECT_EQ(parse_number_list("7-9", "--modes"), (Numbers{7, 8, 9}));
  EXPECT_EQ(parse_number_list("7,9,11-12", "--modes"), (Numbers{7, 9, 11, 12}));
}

TEST(NumberList, SortsAndDropsRepeats) {
  EXPECT_EQ(parse_number_list("12,7-9,8", "--modes"), (Numbers{7, 8, 9, 12}));
}

TEST(NumberList, WritesWhatItReads) {
  for (const char* text : {"7", "7,8", "7-9", "7-9,12", "1,3,5-7,9,10"})
    EXPECT_EQ(format_number_list(parse_number_list(text, "--modes")), text);
  EXPECT_EQ(format_number_list({}), "");
}

TEST(NumberList, RefusesWhatIsNoList) {
  for (const char* text :
       {"", ",", "7,", "7-", "-7", "a", "7-9x", "7..9", "7 9", "0", "0-3", "99999999999", "1-2000000000"})
    EXPECT_THROW(parse_number_list(text, "--modes"), Error) << text;
}

TEST(NumberList, ErrorNamesOptionValueAndRemedy) {
  try {
    parse_number_list("9-7", "--modes");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "--modes \"9-7\": the range 9-7 runs backwards; give numbers and ranges such as 7-9 or 7,9,11-12");
  }
}

TEST(Assignments, AreReadInTheirOrder) {
  const std::vector<std::pair<int, double>> expected = {{8, -30.5}, {7, 120}, {12, 1e-3}};
  EXPECT_EQ(parse_assignments("8=-30.5,7=120,12=1e-3", "--at"), expected);
}

TEST(Assignments, WhatIsNoListIsRefused) {
  for (const char* text :
       {"", "7", "7=", "7=x", "7=1,", "7=1;8=2", "7=1,7=2", "7=nan", "7=inf", "0=1", "a=1", "7 = 1"})
    EXPECT_THROW(parse_assignments(text, "--at"), Error) << text;
}

}  // namespace
}  // namespace elastem
