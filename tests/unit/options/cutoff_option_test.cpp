#include "options/cutoff_option.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem::cli {
namespace {

CutoffOption cutoff_of(const std::vector<std::string>& arguments) {
  CommonOptions common;
  CutoffOption option;
  CommandLine line("modes", "test", common, Resumable::no);
  add_cutoff_options(line, option);
  line.parse(arguments);
  parse_cutoff(line, option);
  return option;
}

TEST(Cutoff, IsADistanceOrAPercentile) {
  EXPECT_EQ(cutoff_of({}).cutoff, 0);
  EXPECT_EQ(cutoff_of({}).percent, 0);
  EXPECT_EQ(cutoff_of({"--cutoff", "8.5"}).cutoff, 8.5);
  EXPECT_EQ(cutoff_of({"--cutoff", "8.5"}).percent, 0);
  const CutoffOption relative = cutoff_of({"--cutoff", "95%", "--neighbours", "12"});
  EXPECT_EQ(relative.cutoff, 0);
  EXPECT_EQ(relative.percent, 95);
  EXPECT_EQ(relative.neighbours, 12);
}

TEST(Cutoff, RefusesWhatIsNeither) {
  for (const char* text : {"x", "", "%", "8Å", "0", "0%", "-1", "100.1%", "nan", "inf", "95%%", "1e999"})
    EXPECT_THROW(cutoff_of({"--cutoff", text}), Error) << text;
  EXPECT_THROW(cutoff_of({"--neighbours", "8"}), Error);
  EXPECT_THROW(cutoff_of({"--cutoff", "8", "--neighbours", "8"}), Error);
  EXPECT_THROW(cutoff_of({"--cutoff", "95%", "--neighbours", "0"}), Error);
}

}  // namespace
}  // namespace elastem::cli
