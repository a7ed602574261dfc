#include "report/map_series.hpp"

#include <array>
#include <filesystem>

#include <spdlog/fmt/fmt.h>

namespace elastem {
namespace {

// Okabe and Ito's colours, which the colour-blind tell apart.
constexpr std::array colours = {"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"};

}  // namespace

std::string map_series_script(const std::vector<std::string>& maps, MapSeries series) {
  std::string open = "open";
  for (const std::string& map : maps)
    open += fmt::format(" \"{}\"", std::filesystem::path(map).filename().string());
  if (series == MapSeries::one_after_another)
    return fmt::format(
        "# ChimeraX: maps one after another\n{} vseries true\nvolume #1 style surface\n"
        "vseries play #1 direction oscillate\n",
        open);
  std::string text = fmt::format("# ChimeraX: maps in colours of their own\n{}\n", open);
  for (std::size_t m = 0; m < maps.size(); ++m)
    text += fmt::format("volume #{} style surface color {}\n", m + 1, colours[m % colours.size()]);
  return text + "# one at a time: hide #1-999 models; show #1 models\n";
}

}  // namespace elastem
