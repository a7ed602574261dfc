#include "options/mode_report_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem::cli {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::vector<std::string>& arguments) {
  ModeReportOptions options;
  std::string import_file;
  int modes = 20;
  OptionTable table("modes", "test");
  add_mode_report_options(table, options, modes);
  table.option("import", import_file, "FILE", "");
  table.option("modes", modes, "N", "");
  try {
    table.parse(arguments);
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
