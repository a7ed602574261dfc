#include "report/landscape_page.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "report/base64.hpp"

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

TEST(Report, HoldsItsParticlesAndTheProgramThatDrawsThem) {
  auto report = example();
  report.folder = "a</script>b";
  report.landscape.density = Eigen::ArrayXXd::Ones(DensityGrid::bins, DensityGrid::bins);
  report.particles.emplace();
  report.particles->shown = 3;
  PageColumn column{"pc1", "component 1 [Å]", true, -1, 1, 2, {}};
  column.codes = page_codes(column, std::vector<float>{-1, 1, std::nanf("")});
  report.particles->columns = {column};
  report.particles->keys = "key";
  const std::string html = landscape_html(report);
  EXPECT_NE(html.find(R"("high":1.0)"), std::string::npos);
  EXPECT_NE(html.find(">" + base64(column.codes + "key") + "<"), std::string::npos);
  EXPECT_NE(html.find("a\\u003c/script>b"), std::string::npos);  // which ends no script element
  EXPECT_EQ(html.find("http://"), std::string::npos);
  EXPECT_EQ(html.find("https://"), std::string::npos);
}

TEST(Report, TellsWhichModesMove) {
  auto report = example();
  report.motion = {1234540,
                   {{0, 30, 5, 20, 1, MotionVerdict::moves}, {0, 5, 5, 0, 1, MotionVerdict::does_not_move}}};
  const std::string html = landscape_html(report);
  EXPECT_NE(html.find("<td>7</td><td>moves</td><td>2.00</td><td>0.10</td>"), std::string::npos);  // 20/√100
  EXPECT_NE(html.find("<td>8</td><td>does not move</td>"), std::string::npos);
}

TEST(Report, CitesWhatTheCitationFileNames) {
  std::ifstream file(std::string(ELASTEM_TEST_DATA) + "/../../CITATION.cff");
  int references = 0;
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find("doi: ");
    if (at == std::string::npos) continue;
    ++references;
    EXPECT_NE(landscape_html(example()).find("doi:" + line.substr(at + 5)), std::string::npos) << line;
  }
  EXPECT_EQ(references, 2);
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
