#include "report/plot_page.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>

#include <plplot/plplot.h>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr std::string_view driver = "pngcairo";
constexpr double usual_height = 800;

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

}  // namespace

// PLplot ends the program when it cannot open its file: the NewFile has tried before.
PlotPage::PlotPage(const std::string& path, int height) : file_(path), height_(height) {
  require_driver();
  plsdev(driver.data());
  plsfnam(file_.temporary().c_str());
  plspage(0, 0, 1000, height, 0, 0);
  const std::array<int, 8> red = {255, 38, 208, 90, 60, 222, 140, 200};
  const std::array<int, 8> green = {255, 38, 60, 120, 150, 150, 90, 202};
  const std::array<int, 8> blue = {255, 46, 48, 170, 90, 40, 160, 208};
  plscmap0(red.data(), green.data(), blue.data(), 8);
  plscmap1n(256);
  plspause(0);
  plinit();
  pladv(0);
  // PLplot's letters grow with the page; they have the size of those of a page of 800 pixels.
  double letter = 0, ignored = 0;
  plgchr(&letter, &ignored);
  plschr(letter * usual_height / height, 1.0);
  plcol0(plot_colour::ink);
}

void PlotPage::close() {
  if (std::exchange(open_, false)) plend();
}

void PlotPage::finish() {
  close();
  std::error_code failed;
  const auto size = std::filesystem::file_size(file_.temporary(), failed);
  if (failed || size == 0)
    throw Error(fmt::format("cannot write the plot {}: is the disk full?", file_.target().string()));
  file_.publish();
}

void PlotRange::add(const std::vector<double>& values) {
  for (const double value : values) {
    low = empty ? value : std::min(low, value);
    high = empty ? value : std::max(high, value);
    empty = false;
  }
}

std::pair<double, double> padded(const PlotRange& range) {
  const double width = range.high - range.low;
  const double margin = width > 0 ? 0.05 * width : std::max(1.0, 0.05 * std::abs(range.high));
  return {range.low - margin, range.high + margin};
}

void draw_frame(const PlotLabels& labels, bool log_x, bool log_y) {
  plcol0(plot_colour::ink);
  plwidth(1.2);
  plschr(0, 1.0);
  plsxax(6, 0);  // 12000 rather than 1.2 and a power of ten
  plbox(log_x ? "bclnst" : "bcnst", 0, 0, log_y ? "bclnstv" : "bcnstv", 0, 0);
  plschr(0, 1.2);
  plmtex("b", 3.2, 0.5, 0.5, labels.x.c_str());
  plmtex("l", 4.8, 0.5, 0.5, labels.y.c_str());
  plschr(0, 1.3);
  plmtex("t", 1.4, 0.5, 0.5, labels.title.c_str());
}

}  // namespace elastem
