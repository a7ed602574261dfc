#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <plplot/plplot.h>

#include "core/error.hpp"
#include "report/plot.hpp"
#include "report/plot_page.hpp"

namespace elastem {
namespace {

using plot_colour::ink, plot_colour::accent, plot_colour::pale, plot_colour::faint;
constexpr std::array<int, 6> curve_colours = {
    pale, accent, plot_colour::green, plot_colour::orange, plot_colour::violet, ink};

enum class Mark { bar, line, dashes };

struct LegendEntry {
  std::string name;
  int colour;
  Mark mark;
};

// Where on the page a plot's axes lie.
struct Place {
  double low, high;    // shares of the page's height
  double legend_line;  // height of a line of the legend, of the height between them
};

constexpr Place whole_page{0.13, 0.90, 0.055};

// The panel `index` of `count` from the top; margins and legend have the pixels they need at any height.
Place panel_place(std::size_t index, std::size_t count, int page_height) {
  const double height = page_height, panel = height / static_cast<double>(count);
  const double top = height - static_cast<double>(index) * panel;
  const double low = top - panel + 85, high = top - 50;
  return {low / height, high / height, 34 / (high - low)};
}

// Room for the legend above the data.
void add_headroom(PlotWindow& window, std::size_t entries, const Place& place) {
  const double share = place.legend_line * static_cast<double>(entries) + (entries > 0 ? 0.02 : 0);
  window.high_y += (window.high_y - window.low_y) * share / (1 - share);
}

void begin_line(Mark mark) {
  plwidth(2);
  pllsty(mark == Mark::dashes ? 2 : 1);
}

// In the upper right corner, a line per entry.
void draw_legend(const std::vector<LegendEntry>& entries, const PlotWindow& window, const Place& place) {
  const double legend_line = place.legend_line;
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

void open_window(const PlotWindow& window, const Place& place) {
  plvpor(0.13, 0.94, place.low, place.high);
  plwind(window.low_x, window.high_x, window.low_y, window.high_y);
}

void draw_curve(const Curve& curve, int colour) {
  plcol0(colour);
  begin_line(Mark::line);
  const int count = static_cast<int>(curve.x.size());
  if (count == 1)
    plstring(1, curve.x.data(), curve.y.data(), "•");
  else
    plline(count, curve.x.data(), curve.y.data());
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

void to_log10(std::vector<double>& values) {
  for (double& value : values) {
    require(value > 0, "a logarithmic axis shows values above 0");
    value = std::log10(value);
  }
}

void draw(CurvePlot plot, const Place& place) {
  require(plot.curves.size() <= curve_colours.size(), "at most six curves");
  PlotRange x, y;
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    Curve& curve = plot.curves[i];
    require(curve.x.size() == curve.y.size(), "x and y differ in length");
    if (plot.log_x) to_log10(curve.x);
    if (plot.log_y) to_log10(curve.y);
    x.add(curve.x);
    y.add(curve.y);
    if (!curve.name.empty()) legend.push_back({curve.name, curve_colours[i], Mark::line});
  }
  if (plot.log_x) to_log10(plot.dividers);
  const auto [low_x, high_x] = padded(x);
  const auto [low_y, high_y] = padded(y);
  PlotWindow window{low_x, high_x, low_y, high_y};
  add_headroom(window, legend.size(), place);
  open_window(window, place);
  plcol0(faint);
  plwidth(1);
  for (const double divider : plot.dividers) pljoin(divider, window.low_y, divider, window.high_y);
  for (std::size_t i = 0; i < plot.curves.size(); ++i) draw_curve(plot.curves[i], curve_colours[i]);
  draw_legend(legend, window, place);
  draw_frame(plot.labels, plot.log_x, plot.log_y);
}

}  // namespace

void write_png(const std::string& path, const CurvePlot& plot) {
  PlotPage page(path);
  draw(plot, whole_page);
  page.finish();
}

void write_png(const std::string& path, const std::vector<CurvePlot>& panels) {
  require(!panels.empty(), "a page has a plot");
  constexpr int panel_height = 400;
  PlotPage page(path, panel_height * static_cast<int>(panels.size()));
  for (std::size_t i = 0; i < panels.size(); ++i)
    draw(panels[i], panel_place(i, panels.size(), page.height()));
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
  PlotRange x, y;
  x.add(plot.bars.x);
  y.add(plot.bars.y);
  y.add(plot.over.y);
  if (plot.level) y.add({*plot.level});
  PlotPage page(path);
  const double margin = 1 + 0.02 * (x.high - x.low), top = y.high > 0 ? 1.05 * y.high : 1;
  PlotWindow window{x.low - margin, x.high + margin, 0, top};
  add_headroom(window, legend.size(), whole_page);
  open_window(window, whole_page);
  draw_bars(plot);
  if (!plot.over.x.empty()) draw_curve(plot.over, accent);
  if (plot.level) {
    plcol0(ink);
    begin_line(Mark::dashes);
    pljoin(window.low_x, *plot.level, window.high_x, *plot.level);
    pllsty(1);
  }
  draw_legend(legend, window, whole_page);
  draw_frame(plot.labels);
  page.finish();
}

}  // namespace elastem
