#include "cli/mode_report_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem::cli {
namespace {

using ::testing::HasSubstr;

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

std::string refusal(const std::vector<std::string>& arguments) {
  CommonOptions common;
  ModeReportOptions options;
  std::string import_file;
  int modes = 20;
  CommandLine line("modes", "test", common, Resumable::no);
  add_mode_report_options(line, options);
  line.add()("import", boost::program_options::value(&import_file), "")(
      "modes", boost::program_options::value(&modes)->default_value(modes), "");
  line.parse(arguments);
  try {
    check_mode_report(line, options, modes);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ModeReportOptions, FitTogether) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({"--target", "a.pdb"}), "");
  EXPECT_EQ(refusal({"--report", "r", "--animate", "7-9,20", "--animation-rmsd", "2"}), "");
  EXPECT_EQ(refusal({"--report", "r", "--animate", "30", "--import", "a.nmd"}), "");
  EXPECT_THAT(refusal({"--animate", "7"}), HasSubstr("--report"));
  EXPECT_THAT(refusal({"--report", "r", "--animate", "7-21"}), HasSubstr("last mode"));
  EXPECT_THAT(refusal({"--report", "r", "--animate", "6"}), HasSubstr("rigid-body"));
  EXPECT_THAT(refusal({"--report", "r", "--animation-rmsd", "-1"}), HasSubstr("above 0"));
  EXPECT_THAT(refusal({"--import", "a.nmd", "--modes", "9"}), HasSubstr("--modes"));
}

}  // namespace
}  // namespace elastem::cli
