#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/new_file.hpp"
#include "report/plot.hpp"

namespace elastem {

/// Entries of the palette of a PlotPage; white is 0.
namespace plot_colour {
inline constexpr int ink = 1, accent = 2, pale = 3, orange = 5, violet = 6, green = 4, faint = 7;
}

/// One PNG of 1000 pixels' width that PLplot draws on, a NewFile until `finish`. One at a time.
class PlotPage {
 public:
  /// Throws Error when the file cannot be written or PLplot's cairo driver is not installed.
  explicit PlotPage(const std::string& path, int height = 800);
  PlotPage(const PlotPage&) = delete;
  PlotPage& operator=(const PlotPage&) = delete;
  ~PlotPage() { close(); }

  int height() const { return height_; }
  /// Closes the page and gives the file its name. Last call. Throws Error when nothing came out: PLplot
  /// itself only prints a message.
  void finish();

 private:
  void close();

  NewFile file_;
  int height_;
  bool open_ = true;
};

/// What a plot shows of the plane.
struct PlotWindow {
  double low_x, high_x, low_y, high_y;
};

/// Least and greatest of some values.
struct PlotRange {
  double low = 0, high = 0;
  bool empty = true;

  void add(const std::vector<double>& values);
};

/// The range with a margin; never empty.
std::pair<double, double> padded(const PlotRange& range);

/// Axes with their numbers (of log10 values where an axis is logarithmic), names and heading around the
/// window that is open.
void draw_frame(const PlotLabels& labels, bool log_x = false, bool log_y = false);

}  // namespace elastem
