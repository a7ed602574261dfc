#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// What stands around a plot: a heading and the axes' names with their units.
struct PlotLabels {
  std::string title, x, y;
};

/// Points in the plane with a value each that sets the colour.
struct ScatterPlot {
  PlotLabels labels;
  std::vector<double> x, y, colour;    ///< equal lengths; `colour` empty: one colour for all
  std::string colour_label;            ///< what the colour bar shows, with its unit
  std::vector<double> line_x, line_y;  ///< a path drawn over the points, numbered at its ends; may be empty
};

/// A function on a regular grid: values(i, j) at x = low_x + (i + ½)·step_x, likewise y.
struct HeatMap {
  PlotLabels labels;
  Eigen::ArrayXXd values;
  double low_x = 0, high_x = 1, low_y = 0, high_y = 1;
  double least = 0, greatest = 1;  ///< the values at the ends of the colour scale
  std::string value_label;         ///< what the colour bar shows, with its unit
  bool dark_is_high = true;        ///< false: low values are dark (wells of a free energy)
};

/// A curve y(x).
struct Curve {
  std::string name;  ///< in the legend; empty: not there
  std::vector<double> x, y;
};

/// Up to six curves over one another. A curve of a single point is a dot.
struct CurvePlot {
  PlotLabels labels;
  std::vector<Curve> curves;
  std::vector<double> dividers{};     ///< x of thin vertical lines, e.g. between chains
  bool log_x = false, log_y = false;  ///< logarithmic axes, whose values must be above 0
};

/// Bars from 0, and what is drawn over them.
struct BarPlot {
  PlotLabels labels;
  Curve bars;                          ///< heights ≥ 0 at ascending x
  std::vector<std::uint8_t> marked{};  ///< bars of another colour; empty: none
  std::string marked_name{};           ///< in the legend
  std::optional<double> level{};       ///< a dashed horizontal line
  std::string level_name{};            ///< in the legend
  Curve over{};                        ///< may be empty
};

/// Write a PNG of 1000×800 pixels each; no display is needed. One thread at a time.
/// Throws Error when the file cannot be written or PLplot's cairo driver is not installed.
void write_png(const std::string& path, const ScatterPlot& plot);
void write_png(const std::string& path, const HeatMap& plot);
void write_png(const std::string& path, const CurvePlot& plot);
void write_png(const std::string& path, const BarPlot& plot);
/// The same of several plots under one another, each 1000×400 pixels.
void write_png(const std::string& path, const std::vector<CurvePlot>& panels);

}  // namespace elastem
