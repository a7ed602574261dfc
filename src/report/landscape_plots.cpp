#include "report/landscape_plots.hpp"

#include <algorithm>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "report/plot.hpp"

namespace elastem {
namespace {

constexpr double energy_ceiling = 6;  // kT

std::string axis_label(const PrincipalComponents& components, Eigen::Index component) {
  return fmt::format("component {} ({:.1f} % of the variance) [Å]", component + 1,
                     100 * components.share(component));
}

ScatterPlot scatter_plot(const Landscape& landscape) {
  ScatterPlot plot;
  const auto& components = landscape.components;
  plot.labels = {fmt::format("Conformations of {} particles", landscape.points.size()),
                 axis_label(components, 0), axis_label(components, 1)};
  plot.colour_label = components.mean.size() > 2 ? "component 3 [Å]" : "cross-correlation";
  for (const auto& point : landscape.points) {
    plot.x.push_back(point.x);
    plot.y.push_back(point.y);
    plot.colour.push_back(point.colour);
  }
  for (const auto& frame : landscape.frames) {
    const Eigen::Vector2d at = plane_coordinates(components, frame.amplitudes);
    plot.line_x.push_back(at.x());
    plot.line_y.push_back(at.y());
  }
  return plot;
}

HeatMap heat_map(const Landscape& landscape, const Eigen::ArrayXXd& values) {
  HeatMap map;
  map.labels.x = axis_label(landscape.components, 0);
  map.labels.y = axis_label(landscape.components, 1);
  map.values = values;
  map.low_x = landscape.x.low, map.high_x = landscape.x.high;
  map.low_y = landscape.y.low, map.high_y = landscape.y.high;
  return map;
}

HeatMap density_map(const Landscape& landscape) {
  HeatMap map = heat_map(landscape, landscape.density);
  map.labels.title = "Density of conformations";
  map.greatest = std::max(landscape.density.maxCoeff(), std::numeric_limits<double>::min());
  map.value_label = "particles per Å#u2#d";
  return map;
}

HeatMap energy_map(const Landscape& landscape) {
  HeatMap map = heat_map(landscape, free_energy(landscape.density, energy_ceiling));
  map.labels.title = "Free energy";
  map.greatest = energy_ceiling;
  map.value_label = "free energy [kT]";
  map.dark_is_high = false;
  return map;
}

CurvePlot profile_plot(const Landscape& landscape) {
  CurvePlot plot;
  plot.labels = {"Free energy along the first component", axis_label(landscape.components, 0),
                 "free energy [kT]"};
  const double step_x = landscape.x.step(DensityGrid::bins), step_y = landscape.y.step(DensityGrid::bins);
  const Eigen::ArrayXXd energy = free_energy(landscape.density.rowwise().sum() * step_y, energy_ceiling);
  Curve& curve = plot.curves.emplace_back();
  for (Eigen::Index i = 0; i < energy.rows(); ++i) {
    curve.x.push_back(landscape.x.low + (static_cast<double>(i) + 0.5) * step_x);
    curve.y.push_back(energy(i, 0));
  }
  return plot;
}

// Errors taken off, with the band, from the first to the last place where the data tell.
CurvePlot true_profile_plot(const Profile& profile, const std::string& title, const std::string& axis) {
  CurvePlot plot;
  plot.labels = {title, axis, "free energy [kT]"};
  const EnergyProfile energy = energy_profile(profile, energy_ceiling);
  plot.curves = {{"free energy", {}, {}}};
  if (energy.low.size() > 0) {
    plot.curves.push_back({"lowest of nine in ten replicates", {}, {}});
    plot.curves.push_back({"highest", {}, {}});
  }
  const auto told = [](const auto first, const auto last) { return std::find(first, last, true) - first; };
  const auto begin = told(energy.resolved.begin(), energy.resolved.end());
  const auto end = Profile::bins - told(energy.resolved.rbegin(), energy.resolved.rend());
  for (int b = static_cast<int>(begin); b < end; ++b) {
    for (std::size_t c = 0; c < plot.curves.size(); ++c) {
      plot.curves[c].x.push_back(profile.value(b));
      plot.curves[c].y.push_back((c == 0 ? energy.energy : c == 1 ? energy.low : energy.high)[b]);
    }
  }
  return plot;
}

}  // namespace

std::vector<ReportPlot> write_landscape_plots(const std::filesystem::path& folder,
                                              const Landscape& landscape) {
  std::vector<ReportPlot> plots;
  const auto draw = [&](const char* name, const auto& plot, const char* heading, const char* caption) {
    plots.push_back({heading, caption, (folder / name).string()});
    write_png(plots.back().path, plot);
  };
  if (landscape.components.mean.size() > 1) {
    draw("scatter.png", scatter_plot(landscape), "Conformations",
         "Each point is a particle; those far outside are left out. The red line is the trajectory.");
    draw("density.png", density_map(landscape), "Density",
         landscape.plane ? "Particles per Å², errors taken off." : "Particles per Å², smoothed.");
    draw("free_energy.png", energy_map(landscape), "Free energy",
         landscape.plane
             ? "Minus the logarithm of the density, from its maximum, as far as the particles are an "
               "equilibrium ensemble. Errors are taken off; where the data do not tell it to 1 kT, there "
               "is no colour but the highest."
             : "Minus the logarithm of the density, from its maximum, as far as the particles are an "
               "equilibrium ensemble. The errors of the amplitudes widen it.");
  }
  if (landscape.profile)
    draw(
        "profile.png",
        true_profile_plot(*landscape.profile, "Free energy along the first component, errors taken off",
                          axis_label(landscape.components, 0)),
        "Profile along the first component",
        "Minus the logarithm of the density of the true first component, from its maximum: the errors of the "
        "particles are taken off. Beyond its ends the data do not tell, and not where the band is wide "
        "(profile.csv says where).");
  else
    draw("profile.png", profile_plot(landscape), "Profile along the first component",
         "Minus the logarithm of the density of the first component, from its maximum.");
  int number = 0;
  for (const CoordinateProfile& coordinate : landscape.coordinates) {
    const std::string name = fmt::format("coordinate_{}.png", ++number);
    draw(name.c_str(),
         true_profile_plot(coordinate.profile, "Free energy, errors taken off",
                           fmt::format("{} [{}]", coordinate.text, coordinate.unit)),
         coordinate.text.c_str(), "Of the true values, with the band of nine in ten replicates.");
  }
  return plots;
}

}  // namespace elastem
