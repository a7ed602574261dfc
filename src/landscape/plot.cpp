#include "landscape/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <plplot/plplot.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr std::string_view driver = "pngcairo";
constexpr int ink = 1, accent = 2, pale = 3, faint = 7;  // palette 0, after white
constexpr std::array<int, 6> curve_colours = {pale, accent, 4, 5, 6, ink};

// A perceptually even colour scale from dark violet to yellow (a few stops of matplotlib's viridis, CC0).
constexpr int stops = 6;
constexpr std::array<double, stops> stop_at = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0};
constexpr std::array<double, stops> stop_red = {0.267, 0.254, 0.164, 0.134, 0.478, 0.993};
constexpr std::array<double, stops> stop_green = {0.005, 0.265, 0.471, 0.659, 0.821, 0.906};
constexpr std::array<double, stops> stop_blue = {0.329, 0.530, 0.558, 0.518, 0.318, 0.144};

// PLplot asks at the terminal for another device when one is missing: look before.
void require_driver() {
  std::array<const char*, 100> menus{}, names{};
  const char** menu_list = menus.data();
  const char** name_list = names.data();
  int count = static_cast<int>(names.size());
  plgDevs(&menu_list, &name_list, &count);
  for (int i = 0; i < count; ++i)
    if (name_list[i] != nullptr && driver == name_list[i]) return;
  throw Error("PLplot has no PNG driver here: install the Debian package plplot-driver-cairo");
}

// One page of one file: opened here, closed when it goes.
class Page {
 public:
  explicit Page(const std::string& path) : path_(path) {
    require_driver();
    // PLplot ends the program when it cannot open the file: try before.
    if (!std::ofstream(path, std::ios::binary))
      throw Error("cannot write the plot " + path + ": is the folder there and writable?");
    plsdev(driver.data());
    plsfnam(path.c_str());
    plspage(0, 0, 1000, 800, 0, 0);
    const std::array<int, 8> red = {255, 38, 208, 90, 60, 222, 140, 200};
    const std::array<int, 8> green = {255, 38, 60, 120, 150, 150, 90, 202};
    const std::array<int, 8> blue = {255, 46, 48, 170, 90, 40, 160, 208};
    plscmap0(red.data(), green.data(), blue.data(), 8);
    plscmap1n(256);
    plspause(0);
    plinit();
    pladv(0);
    plschr(0, 1.0);
    plcol0(ink);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  ~Page() { close(); }

  void close() {
    if (std::exchange(open_, false)) plend();
  }
  // Throws when nothing came out: PLplot itself only prints a message.
  void finish() {
    close();
    std::error_code failed;
    const auto size = std::filesystem::file_size(path_, failed);
    if (failed || size == 0) throw Error("cannot write the plot " + path_ + ": is the disk full?");
  }

 private:
  std::string path_;
  bool open_ = true;
};

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

struct Window {
  double low_x, high_x, low_y, high_y;
};

struct Range {
  double low = 0, high = 0;
  bool empty = true;

  void add(const std::vector<double>& values) {
    for (const double value : values) {
      low = empty ? value : std::min(low, value);
      high = empty ? value : std::max(high, value);
      empty = false;
    }
  }
};

// The range with a margin; never empty.
std::pair<double, double> padded(const Range& range) {
  const double width = range.high - range.low;
  const double margin = width > 0 ? 0.05 * width : std::max(1.0, 0.05 * std::abs(range.high));
  return {range.low - margin, range.high + margin};
}

std::pair<double, double> padded_range(const std::vector<double>& values,
                                       const std::vector<double>& more = {}) {
  Range range;
  range.add(values);
  range.add(more);
  return padded(range);
}

void open_window(const Window& window, bool with_bar) {
  plvpor(0.13, with_bar ? 0.80 : 0.94, 0.13, 0.90);
  plwind(window.low_x, window.high_x, window.low_y, window.high_y);
}

void draw_frame(const PlotLabels& labels) {
  plcol0(ink);
  plwidth(1.2);
  plschr(0, 1.0);
  plsxax(6, 0);  // 12000 rather than 1.2 and a power of ten
  plbox("bcnst", 0, 0, "bcnstv", 0, 0);
  plschr(0, 1.2);
  plmtex("b", 3.2, 0.5, 0.5, labels.x.c_str());
  plmtex("l", 4.8, 0.5, 0.5, labels.y.c_str());
  plschr(0, 1.3);
  plmtex("t", 1.4, 0.5, 0.5, labels.title.c_str());
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
void number_end(double x, double y, int number, const Window& window) {
  const bool right_half = x > 0.5 * (window.low_x + window.high_x);
  const std::string text = right_half ? std::to_string(number) + "  " : "  " + std::to_string(number);
  plptex(x, y, 1, 0, right_half ? 1 : 0, text.c_str());
}

void draw_path(const ScatterPlot& plot, const Window& window) {
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

enum class Mark { bar, line, dashes };

struct LegendEntry {
  std::string name;
  int colour;
  Mark mark;
};

constexpr double legend_line = 0.055;  // of the height of the plot

// Room for the legend above the data.
void add_headroom(Window& window, std::size_t entries) {
  const double share = legend_line * static_cast<double>(entries) + (entries > 0 ? 0.02 : 0);
  window.high_y += (window.high_y - window.low_y) * share / (1 - share);
}

void begin_line(Mark mark) {
  plwidth(2);
  pllsty(mark == Mark::dashes ? 2 : 1);
}

// In the upper right corner, a line an entry.
void draw_legend(const std::vector<LegendEntry>& entries, const Window& window) {
  const double width = window.high_x - window.low_x, height = window.high_y - window.low_y;
  const double right = window.high_x - 0.02 * width, left = right - 0.06 * width;
  plschr(0, 0.9);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const double y = window.high_y - (static_cast<double>(i) + 0.6) * legend_line * height;
    plcol0(entries[i].colour);
    if (entries[i].mark == Mark::bar) {
      const double half = 0.3 * legend_line * height;
      const std::array<double, 4> x = {left, right, right, left},
                                  edge = {y - half, y - half, y + half, y + half};
      plfill(4, x.data(), edge.data());
    } else {
      begin_line(entries[i].mark);
      pljoin(left, y, right, y);
      pllsty(1);
    }
    plcol0(ink);
    plptex(left - 0.01 * width, y, 1, 0, 1, entries[i].name.c_str());
  }
}

void draw_curve(const Curve& curve, int colour) {
  plcol0(colour);
  begin_line(Mark::line);
  plline(static_cast<int>(curve.x.size()), curve.x.data(), curve.y.data());
}

// Each bar fills most of the way to the next.
void draw_bars(const BarPlot& plot) {
  const auto& [name, x, heights] = plot.bars;
  double step = 1;
  for (std::size_t i = 1; i < x.size(); ++i) step = i == 1 ? x[1] - x[0] : std::min(step, x[i] - x[i - 1]);
  const double half = 0.4 * step;
  for (std::size_t i = 0; i < x.size(); ++i) {
    plcol0(!plot.marked.empty() && plot.marked[i] != 0 ? faint : pale);
    const std::array<double, 4> edge = {x[i] - half, x[i] + half, x[i] + half, x[i] - half};
    const std::array<double, 4> y = {0, 0, heights[i], heights[i]};
    plfill(4, edge.data(), y.data());
  }
}

}  // namespace

void write_png(const std::string& path, const ScatterPlot& plot) {
  require(plot.x.size() == plot.y.size() && plot.line_x.size() == plot.line_y.size(),
          "x and y differ in length");
  require(plot.colour.empty() || plot.colour.size() == plot.x.size(), "a colour for each point or none");
  Page page(path);
  set_colour_scale(Scale::points);
  const auto [low_x, high_x] = padded_range(plot.x, plot.line_x);
  const auto [low_y, high_y] = padded_range(plot.y, plot.line_y);
  const auto [least, greatest] = padded_range(plot.colour);
  const Window window{low_x, high_x, low_y, high_y};
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

  Page page(path);
  set_colour_scale(plot.dark_is_high ? Scale::dark_peaks : Scale::dark_wells);
  open_window({plot.low_x, plot.high_x, plot.low_y, plot.high_y}, true);
  plimage(lines.data(), columns, rows, plot.low_x, plot.high_x, plot.low_y, plot.high_y, plot.least,
          plot.greatest, plot.low_x, plot.high_x, plot.low_y, plot.high_y);
  draw_frame(plot.labels);
  draw_colour_bar(plot.least, plot.greatest, plot.value_label);
  page.finish();
}

void write_png(const std::string& path, const CurvePlot& plot) {
  require(plot.curves.size() <= curve_colours.size(), "at most six curves");
  Range x, y;
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const Curve& curve = plot.curves[i];
    require(curve.x.size() == curve.y.size(), "x and y differ in length");
    x.add(curve.x);
    y.add(curve.y);
    if (!curve.name.empty()) legend.push_back({curve.name, curve_colours[i], Mark::line});
  }
  Page page(path);
  const auto [low_x, high_x] = padded(x);
  const auto [low_y, high_y] = padded(y);
  Window window{low_x, high_x, low_y, high_y};
  add_headroom(window, legend.size());
  open_window(window, false);
  plcol0(faint);
  plwidth(1);
  for (const double divider : plot.dividers) pljoin(divider, window.low_y, divider, window.high_y);
  for (std::size_t i = 0; i < plot.curves.size(); ++i) draw_curve(plot.curves[i], curve_colours[i]);
  draw_legend(legend, window);
  draw_frame(plot.labels);
  page.finish();
}

void write_png(const std::string& path, const BarPlot& plot) {
  require(plot.bars.x.size() == plot.bars.y.size() && plot.over.x.size() == plot.over.y.size(),
          "x and y differ in length");
  require(plot.marked.empty() || plot.marked.size() == plot.bars.x.size(), "a mark for each bar or none");
  std::vector<LegendEntry> legend;
  if (!plot.bars.name.empty()) legend.push_back({plot.bars.name, pale, Mark::bar});
  if (!plot.marked_name.empty()) legend.push_back({plot.marked_name, faint, Mark::bar});
  if (!plot.over.name.empty()) legend.push_back({plot.over.name, accent, Mark::line});
  if (!plot.level_name.empty()) legend.push_back({plot.level_name, ink, Mark::dashes});
  Range x, y;
  x.add(plot.bars.x);
  y.add(plot.bars.y);
  y.add(plot.over.y);
  if (plot.level) y.add({*plot.level});
  Page page(path);
  const double margin = 1 + 0.02 * (x.high - x.low), top = y.high > 0 ? 1.05 * y.high : 1;
  Window window{x.low - margin, x.high + margin, 0, top};
  add_headroom(window, legend.size());
  open_window(window, false);
  draw_bars(plot);
  if (!plot.over.x.empty()) draw_curve(plot.over, accent);
  if (plot.level) {
    plcol0(ink);
    begin_line(Mark::dashes);
    pljoin(window.low_x, *plot.level, window.high_x, *plot.level);
    pllsty(1);
  }
  draw_legend(legend, window);
  draw_frame(plot.labels);
  page.finish();
}

}  // namespace elastem
