#include "report/landscape_page.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

LandscapeReport example() {
  LandscapeReport report;
  report.result_path = "a<b>.h5";
  report.modes_path = "modes.h5";
  report.landscape.done = 1234540;
  report.landscape.outliers = 20;
  report.landscape.failed = 7;
  report.atom_count = 100;
  report.mode_numbers = {7, 8};
  report.landscape.components = {1234560, Eigen::Vector2d(1, 2), Eigen::Vector2d(75, 25),
                                 Eigen::Matrix2d::Identity()};
  report.landscape.frames = {{600000, -3, Eigen::Vector2d(-3, 1)}, {634560, 3, Eigen::Vector2d(3, 1.5)}};
  return report;
}

TEST(Report, ShowsTheFiguresAndNeedsNoNetwork) {
  const std::string html = landscape_html(example());
  for (const char* part : {"1,234,540 of 1,234,567 particles", "7 failed", "20 outliers", "75.0 %", "100.0 %",
                           "open trajectory.pdb", "mode 8", "a&lt;b&gt;.h5"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  EXPECT_EQ(html.find("http"), std::string::npos);
}

TEST(Report, HoldsThePlotsInside) {
  const std::string path = (std::filesystem::path(testing::TempDir()) / "report_plot.png").string();
  std::ofstream(path, std::ios::binary) << "foobar";
  auto report = example();
  report.plots = {{"Plot", "What it shows", path}};
  EXPECT_NE(landscape_html(report).find("data:image/png;base64,Zm9vYmFy"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(Report, NamesAPlotThatIsNotThere) {
  auto report = example();
  report.plots = {{"Plot", "", "/no/such/plot.png"}};
  EXPECT_THROW(landscape_html(report), Error);
}

TEST(Report, WritesTables) {
  EXPECT_EQ(components_csv(example()),
            "component,variance,share,cumulative_share,mode_7,mode_8\n0,,,,1,2\n1,75,0.750000,0.750000,1,0\n"
            "2,25,0.250000,1.000000,0,1\n");
  EXPECT_EQ(frames_csv(example()),
            "frame,particles,component_1,mode_7,mode_8\n1,600000,-3,-3,1\n2,634560,3,3,1.5\n");
}

}  // namespace
}  // namespace elastem
