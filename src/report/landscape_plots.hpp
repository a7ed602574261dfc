#pragma once

#include <filesystem>
#include <vector>

#include "landscape/landscape.hpp"
#include "report/html_page.hpp"

namespace elastem {

/// Draws a landscape as PNG files in a folder and says what they show: profile.png, and of more than one
/// component scatter.png, density.png and free_energy.png. Throws Error when one cannot be written.
std::vector<ReportPlot> write_landscape_plots(const std::filesystem::path& folder,
                                              const Landscape& landscape);

}  // namespace elastem
