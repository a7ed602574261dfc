#include "options/cutoff_option.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem::cli {
namespace {

struct Cutoff {
  CutoffOption relative;
  double distance = 0;
  std::vector<std::string> effective;
};

Cutoff cutoff_of(const std::vector<std::string>& arguments) {
  Cutoff cutoff;
  OptionTable table("modes", "test");
  add_cutoff_options(table, cutoff.relative, cutoff.distance);
  table.parse(arguments);
  cutoff.effective = table.effective();
  return cutoff;
}

TEST(Cutoff, IsADistanceOrAPercentile) {
  EXPECT_EQ(cutoff_of({}).distance, 0);
  EXPECT_EQ(cutoff_of({}).relative.percent, 0);
  EXPECT_TRUE(cutoff_of({}).effective.empty());
  EXPECT_EQ(cutoff_of({"--cutoff", "8.5"}).distance, 8.5);
  EXPECT_EQ(cutoff_of({"--cutoff", "8.5"}).relative.percent, 0);
  EXPECT_EQ(cutoff_of({"--cutoff", "8.5"}).effective, std::vector<std::string>{"cutoff=8.5"});
  const Cutoff relative = cutoff_of({"--cutoff", "95%", "--neighbours", "12"});
  EXPECT_EQ(relative.distance, 0);
  EXPECT_EQ(relative.relative.percent, 95);
  EXPECT_EQ(relative.relative.neighbours, 12);
  EXPECT_EQ(relative.effective, (std::vector<std::string>{"cutoff=95%", "neighbours=12"}));
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
