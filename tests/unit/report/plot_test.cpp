#include "report/plot.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

class PlotTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return scratch_.path(name); }

  std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  }

  // Width and height from the header of a PNG.
  static std::pair<std::uint32_t, std::uint32_t> png_size(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.size() < 24 || bytes.compare(1, 3, "PNG") != 0) return {0, 0};
    const auto big_endian = [&](std::size_t at) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
      return value;
    };
    return {big_endian(16), big_endian(20)};
  }

  const Scratch scratch_;
};

constexpr std::pair<std::uint32_t, std::uint32_t> page{1000, 800};

TEST_F(PlotTest, WritesScatterHeatMapAndCurve) {
  ScatterPlot scatter;
  scatter.labels = {"heading", "x [Å]", "y [Å]"};
  scatter.x = {1, 2, 3};
  scatter.y = {1, 4, 9};
  scatter.colour = {0, 1, 2};
  scatter.line_x = {1, 2};
  scatter.line_y = {2, 3};
  write_png(path("scatter.png"), scatter);
  HeatMap map;
  map.values = Eigen::ArrayXXd::Random(8, 5);
  write_png(path("map.png"), map);
  CurvePlot curve;
  curve.curves = {{"", {0, 1}, {0, 1}}};
  write_png(path("curve.png"), curve);
  for (const char* name : {"scatter.png", "map.png", "curve.png"})
    EXPECT_EQ(png_size(path(name)), page) << name;
}

TEST_F(PlotTest, AnotherColourScaleGivesAnotherPicture) {
  HeatMap map;
  map.values = Eigen::ArrayXd::LinSpaced(64, 0, 1).reshaped(8, 8);
  write_png(path("peaks.png"), map);
  map.dark_is_high = false;
  write_png(path("wells.png"), map);
  EXPECT_NE(content("peaks.png"), content("wells.png"));
}

TEST_F(PlotTest, WritesBarsAndSeveralCurves) {
  BarPlot bars;
  bars.bars = {"bars", {7, 8, 9}, {0.5, 0.25, 0.1}};
  write_png(path("plain.png"), bars);
  bars.marked = {0, 0, 1};
  bars.marked_name = "low";
  write_png(path("marked.png"), bars);
  bars.level = 0.15;
  bars.level_name = "level";
  bars.over = {"over", {7, 8, 9}, {0.5, 0.6, 0.7}};
  write_png(path("all.png"), bars);
  CurvePlot curves;
  curves.curves = {{"one", {0, 1}, {0, 1}}, {"two", {0, 1}, {1, 0}}};
  write_png(path("curves.png"), curves);
  curves.dividers = {0.5};
  write_png(path("divided.png"), curves);
  for (const char* name : {"plain.png", "marked.png", "all.png", "curves.png", "divided.png"})
    EXPECT_EQ(png_size(path(name)), page) << name;
  EXPECT_NE(content("plain.png"), content("marked.png"));
  EXPECT_NE(content("marked.png"), content("all.png"));
  EXPECT_NE(content("curves.png"), content("divided.png"));
}

TEST_F(PlotTest, DrawsASinglePoint) {
  ScatterPlot scatter;
  scatter.x = {5};
  scatter.y = {5};
  scatter.colour = {5};
  write_png(path("point.png"), scatter);
  EXPECT_EQ(png_size(path("point.png")), page);
}

TEST_F(PlotTest, LogarithmicAxesAndPanels) {
  CurvePlot curve;
  curve.labels = {"heading", "x", "y"};
  curve.curves = {{"power", {1, 10, 100}, {1, 100, 10000}}};
  write_png(path("linear.png"), curve);
  curve.log_x = curve.log_y = true;
  write_png(path("log.png"), curve);
  EXPECT_NE(content("linear.png"), content("log.png"));
  write_png(path("panels.png"), std::vector<CurvePlot>{curve, curve, curve});
  EXPECT_EQ(png_size(path("panels.png")), (std::pair<std::uint32_t, std::uint32_t>{1000, 1200}));
  curve.curves[0].y[0] = 0;
  EXPECT_THROW(write_png(path("zero.png"), curve), Bug);
}

TEST_F(PlotTest, SaysWhereItCannotWrite) {
  CurvePlot curve;
  curve.curves = {{"", {0, 1}, {0, 1}}};
  try {
    write_png(path("no_such_folder/curve.png"), curve);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no_such_folder/curve.png"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace elastem
