#include "report/plot.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <plplot/plplot.h>

#include "core/error.hpp"
#include "report/plot_page.hpp"

namespace elastem {
namespace {

using plot_colour::ink, plot_colour::accent, plot_colour::pale;

// A perceptually even colour scale from dark violet to yellow (a few stops of matplotlib's viridis, CC0).
constexpr int stops = 6;
constexpr std::array<double, stops> stop_at = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0};
constexpr std::array<double, stops> stop_red = {0.267, 0.254, 0.164, 0.134, 0.478, 0.993};
constexpr std::array<double, stops> stop_green = {0.005, 0.265, 0.471, 0.659, 0.821, 0.906};
constexpr std::array<double, stops> stop_blue = {0.329, 0.530, 0.558, 0.518, 0.318, 0.144};

enum class Scale { points, dark_wells, dark_peaks };

// Points run from dark to yellow. Surfaces fade into the white of the paper where there is nothing: at high
// energy, at low density.
void set_colour_scale(Scale scale) {
  auto red = stop_red, green = stop_green, blue = stop_blue;
  if (scale != Scale::points) {
    red[4] = 0.75, green[4] = 0.90, blue[4] = 0.70;
    red[5] = green[5] = blue[5] = 1.0;
  }
  if (scale == Scale::dark_peaks) {
    std::reverse(red.begin(), red.end());
    std::reverse(green.begin(), green.end());
    std::reverse(blue.begin(), blue.end());
  }
  plscmap1l(1, stops, stop_at.data(), red.data(), green.data(), blue.data(), nullptr);
}

std::pair<double, double> padded_range(const std::vector<double>& values,
                                       const std::vector<double>& more = {}) {
  PlotRange range;
  range.add(values);
  range.add(more);
  return padded(range);
}

void open_window(const PlotWindow& window, bool with_bar) {
  plvpor(0.13, with_bar ? 0.80 : 0.94, 0.13, 0.90);
  plwind(window.low_x, window.high_x, window.low_y, window.high_y);
}

void draw_colour_bar(double least, double greatest, const std::string& label) {
  plvpor(0.83, 0.86, 0.13, 0.90);
  plwind(0, 1, least, greatest);
  constexpr int strips = 200;
  for (int i = 0; i < strips; ++i) {
    plcol1((i + 0.5) / strips);
    const double low = least + (greatest - least) * i / strips;
    const double high = least + (greatest - least) * (i + 1) / strips;
    const std::array<double, 4> x = {0, 1, 1, 0}, y = {low, low, high, high};
    plfill(4, x.data(), y.data());
  }
  plcol0(ink);
  plschr(0, 0.9);
  plsyax(6, 0);  // 0.005 rather than 5 and a power of ten far above
  plbox("bc", 0, 0, "bcmstv", 0, 0);
  plschr(0, 1.1);
  plmtex("r", 5.5, 0.5, 0.5, label.c_str());
}

void draw_points(const ScatterPlot& plot, double least, double greatest) {
  // Many points: small ones, so that dense regions stay readable.
  plssym(0, plot.x.size() > 5000 ? 0.5 : 0.8);
  plcol0(pale);
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    if (!plot.colour.empty()) plcol1(std::clamp((plot.colour[i] - least) / (greatest - least), 0.0, 1.0));
    plstring(1, &plot.x[i], &plot.y[i], "•");
  }
}

// Beside an end of the path, on the side that has room.
void number_end(double x, double y, int number, const PlotWindow& window) {
  const bool right_half = x > 0.5 * (window.low_x + window.high_x);
  const std::string text = right_half ? std::to_string(number) + "  " : "  " + std::to_string(number);
  plptex(x, y, 1, 0, right_half ? 1 : 0, text.c_str());
}

void draw_path(const ScatterPlot& plot, const PlotWindow& window) {
  if (plot.line_x.empty()) return;
  const int count = static_cast<int>(plot.line_x.size());
  plcol0(accent);
  plwidth(2.5);
  plline(count, plot.line_x.data(), plot.line_y.data());
  plssym(0, 1.6);
  plstring(count, plot.line_x.data(), plot.line_y.data(), "•");
  plschr(0, 1.2);
  number_end(plot.line_x.front(), plot.line_y.front(), 1, window);
  number_end(plot.line_x.back(), plot.line_y.back(), count, window);
}

}  // namespace

void write_png(const std::string& path, const ScatterPlot& plot) {
  require(plot.x.size() == plot.y.size() && plot.line_x.size() == plot.line_y.size(),
          "x and y differ in length");
  require(plot.colour.empty() || plot.colour.size() == plot.x.size(), "a colour for each point or none");
  PlotPage page(path);
  set_colour_scale(Scale::points);
  const auto [low_x, high_x] = padded_range(plot.x, plot.line_x);
  const auto [low_y, high_y] = padded_range(plot.y, plot.line_y);
  const auto [least, greatest] = padded_range(plot.colour);
  const PlotWindow window{low_x, high_x, low_y, high_y};
  open_window(window, !plot.colour.empty());
  draw_points(plot, least, greatest);
  draw_path(plot, window);
  draw_frame(plot.labels);
  if (!plot.colour.empty()) draw_colour_bar(least, greatest, plot.colour_label);
  page.finish();
}

void write_png(const std::string& path, const HeatMap& plot) {
  require(plot.greatest > plot.least, "an empty colour scale");
  const int columns = static_cast<int>(plot.values.rows()), rows = static_cast<int>(plot.values.cols());
  // PLplot wants pointers to rows; memory of (i, j) with j fastest.
  Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values =
      plot.values.max(plot.least).min(plot.greatest);
  std::vector<const double*> lines(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) lines[static_cast<std::size_t>(i)] = &values(i, 0);

  PlotPage page(path);
  set_colour_scale(plot.dark_is_high ? Scale::dark_peaks : Scale::dark_wells);
  open_window({plot.low_x, plot.high_x, plot.low_y, plot.high_y}, true);
  plimage(lines.data(), columns, rows, plot.low_x, plot.high_x, plot.low_y, plot.high_y, plot.least,
          plot.greatest, plot.low_x, plot.high_x, plot.low_y, plot.high_y);
  draw_frame(plot.labels);
  draw_colour_bar(plot.least, plot.greatest, plot.value_label);
  page.finish();
}

}  // namespace elastem
