#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/new_file.hpp"
#include "core/number_list.hpp"
#include "landscape/distribution.hpp"
#include "landscape/principal_components.hpp"
#include "landscape/sample.hpp"
#include "landscape/trajectory.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/landscape_options.hpp"
#include "report/landscape_page.hpp"
#include "report/plot.hpp"
#include "structure/pdb_writer.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t block_rows = 4096;
constexpr std::int64_t most_points = 20000;  // of the scatter plot
constexpr double energy_ceiling = 6;         // kT

// Everything the plots and tables are made of; the same on all ranks but for the points.
struct Landscape {
  std::int64_t done = 0, failed = 0, pending = 0;
  PrincipalComponents components;
  std::vector<TrajectoryFrame> frames;
  GridAxis x, y;
  Eigen::ArrayXXd density;     // particles per Å², component 1 down the rows
  std::vector<double> points;  // x, y, colour of the points drawn; on rank 0
};

using RowFunction = std::function<void(std::int64_t row, const ParticleResult&)>;

// Each rank's slices of the table in ascending order, a block of rows in memory at a time. Collective.
void for_each_row(const Communicator& comm, const ResultTable& table, const RowFunction& visit) {
  collectively(comm, [&] {
    const RowSlices slices{table.size()};
    const std::int64_t end = slices.begin(RowSlices::first_of_rank(comm.rank() + 1, comm.size()));
    for (auto row = slices.begin(RowSlices::first_of_rank(comm.rank(), comm.size())); row < end;
         row += block_rows) {
      const auto block = table.read(row, std::min(block_rows, end - row));
      for (std::size_t i = 0; i < block.size(); ++i) visit(row + static_cast<std::int64_t>(i), block[i]);
    }
  });
}

void for_each_done_row(const Communicator& comm, const ResultTable& table, const RowFunction& visit) {
  for_each_row(comm, table, [&](std::int64_t row, const ParticleResult& result) {
    if (result.state == ParticleState::done) visit(row, result);
  });
}

// First pass: how many rows are done, and the components of their amplitudes.
void find_components(const Communicator& comm, const ResultTable& table, Landscape& landscape) {
  AmplitudeMoments moments(static_cast<Eigen::Index>(table.modes().size()), table.size());
  std::vector<std::int64_t> counts(3);
  for_each_row(comm, table, [&](std::int64_t row, const ParticleResult& result) {
    ++counts[static_cast<std::size_t>(result.state)];
    if (result.state == ParticleState::done) moments.add(row, result.amplitudes);
  });
  comm.sum(std::span<std::int64_t>(counts));
  comm.sum(moments.sums());
  landscape.pending = counts[static_cast<std::size_t>(ParticleState::pending)];
  landscape.done = counts[static_cast<std::size_t>(ParticleState::done)];
  landscape.failed = counts[static_cast<std::size_t>(ParticleState::failed)];
  landscape.components = moments.components();
}

// Coordinates along the first two components; the second is 0 where there is but one.
Eigen::Vector2d plane_coordinates(const PrincipalComponents& components, const Eigen::VectorXd& amplitudes) {
  const Eigen::VectorXd all = components.coordinates(amplitudes);
  return {all[0], all.size() > 1 ? all[1] : 0.0};
}

// Second and third pass: fine histograms of both coordinates over their whole range.
std::vector<Histogram> coordinate_histograms(const Communicator& comm, const ResultTable& table,
                                             const PrincipalComponents& components) {
  constexpr double huge = std::numeric_limits<double>::max();
  Eigen::Array2d low(huge, huge), high(-huge, -huge);
  for_each_done_row(comm, table, [&](std::int64_t, const ParticleResult& result) {
    const Eigen::Array2d at = plane_coordinates(components, result.amplitudes);
    low = low.min(at);
    high = high.max(at);
  });
  std::vector<Histogram> histograms;
  for (const Eigen::Index axis : {0, 1}) {
    const double least = comm.min(low[axis]), greatest = comm.max(high[axis]);
    const double margin = greatest > least ? 1e-6 * (greatest - least) : 1.0;  // Å
    histograms.emplace_back(least - margin, greatest + margin);
  }
  for_each_done_row(comm, table, [&](std::int64_t, const ParticleResult& result) {
    const Eigen::Vector2d at = plane_coordinates(components, result.amplitudes);
    histograms[0].add(at.x());
    histograms[1].add(at.y());
  });
  for (auto& histogram : histograms) comm.sum(histogram.counts());
  return histograms;
}

// The range that holds all but two in a thousand, with a margin: outliers must not squash the rest.
GridAxis axis_of(const Histogram& histogram) {
  const double low = histogram.quantile(0.001), high = histogram.quantile(0.999);
  const double margin = std::max(0.15 * (high - low), 0.5);
  return {low - margin, high + margin};
}

// All ranks' values on rank 0, in the order of the ranks. Collective.
std::vector<double> gathered(const Communicator& comm, const std::vector<double>& values) {
  const int count = static_cast<int>(values.size());
  std::vector<int> counts(static_cast<std::size_t>(comm.size())), offsets(counts.size());
  MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, comm.handle());
  for (std::size_t i = 1; i < counts.size(); ++i) offsets[i] = offsets[i - 1] + counts[i - 1];
  std::vector<double> all(comm.root() ? static_cast<std::size_t>(offsets.back() + counts.back()) : 0);
  MPI_Gatherv(values.data(), count, MPI_DOUBLE, all.data(), counts.data(), offsets.data(), MPI_DOUBLE, 0,
              comm.handle());
  return all;
}

// Fourth pass: density, trajectory and the points of the scatter plot.
void find_density(const Communicator& comm, const cli::LandscapeOptions& o, const ResultTable& table,
                  Landscape& landscape) {
  const auto& components = landscape.components;
  const auto histograms = coordinate_histograms(comm, table, components);
  landscape.x = axis_of(histograms[0]);
  landscape.y = axis_of(histograms[1]);
  DensityGrid grid(landscape.x, landscape.y);
  Trajectory trajectory(o.frames, histograms[0], components.mean.size(), table.size());
  std::vector<double> points;
  for_each_done_row(comm, table, [&](std::int64_t row, const ParticleResult& result) {
    const Eigen::VectorXd all = components.coordinates(result.amplitudes);
    const Eigen::Vector2d at = plane_coordinates(components, result.amplitudes);
    grid.add(at.x(), at.y());
    trajectory.add(row, at.x(), result.amplitudes);
    const bool inside = at.x() > landscape.x.low && at.x() < landscape.x.high && at.y() > landscape.y.low &&
                        at.y() < landscape.y.high;
    if (inside && in_stratified_sample(row, table.size(), most_points, o.common.seed))
      points.insert(points.end(), {at.x(), at.y(), all.size() > 2 ? all[2] : result.score});
  });
  comm.sum(grid.counts());
  comm.sum(trajectory.sums());
  landscape.frames = trajectory.frames();
  landscape.points = gathered(comm, points);
  // Scott's rule is for one Gaussian: half of it keeps the arms of a bent and the parts of a clustered one
  // apart.
  const auto bandwidth = [&](Eigen::Index axis) {
    const double sd = axis < components.variances.size() ? std::sqrt(components.variances[axis]) : 0.0;
    return 0.5 * scott_bandwidth(sd, landscape.done);
  };
  landscape.density = grid.density(bandwidth(0), bandwidth(1));
}

std::string axis_label(const PrincipalComponents& components, Eigen::Index component) {
  return fmt::format("component {} ({:.1f} % of the variance) [Å]", component + 1,
                     100 * components.share(component));
}

ScatterPlot scatter_plot(const Landscape& landscape) {
  ScatterPlot plot;
  const auto& components = landscape.components;
  plot.labels = {fmt::format("Conformations of {} particles", landscape.points.size() / 3),
                 axis_label(components, 0), axis_label(components, 1)};
  plot.colour_label = components.mean.size() > 2 ? "component 3 [Å]" : "cross-correlation";
  for (std::size_t i = 0; i + 2 < landscape.points.size(); i += 3) {
    plot.x.push_back(landscape.points[i]);
    plot.y.push_back(landscape.points[i + 1]);
    plot.colour.push_back(landscape.points[i + 2]);
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

// Writes the PNGs and says what they show. Rank 0.
std::vector<ReportPlot> write_plots(const fs::path& folder, const Landscape& landscape) {
  const auto path = [&](const char* name) { return (folder / name).string(); };
  std::vector<ReportPlot> plots;
  if (landscape.components.mean.size() > 1) {
    write_png(path("scatter.png"), scatter_plot(landscape));
    plots.push_back(
        {"Conformations",
         "Each point is a particle; those far outside are left out. The red line is the trajectory.",
         path("scatter.png")});
    HeatMap density = heat_map(landscape, landscape.density);
    density.labels.title = "Density of conformations";
    density.greatest = std::max(landscape.density.maxCoeff(), std::numeric_limits<double>::min());
    density.value_label = "particles per Å#u2#d";
    write_png(path("density.png"), density);
    plots.push_back({"Density", "Particles per Å², smoothed.", path("density.png")});
    HeatMap energy = heat_map(landscape, free_energy(landscape.density, energy_ceiling));
    energy.labels.title = "Free energy";
    energy.greatest = energy_ceiling;
    energy.value_label = "free energy [kT]";
    energy.dark_is_high = false;
    write_png(path("free_energy.png"), energy);
    plots.push_back(
        {"Free energy",
         "Minus the logarithm of the density, from its maximum, as far as the particles are an equilibrium "
         "ensemble. The errors of the amplitudes widen it.",
         path("free_energy.png")});
  }
  write_png(path("profile.png"), profile_plot(landscape));
  plots.push_back({"Profile along the first component",
                   "Minus the logarithm of the density of the first component, from its maximum.",
                   path("profile.png")});
  return plots;
}

void write_trajectory(const fs::path& path, const Structure& structure, const ElasticModel& model,
                      const Landscape& landscape) {
  PdbWriter writer(path.string(), structure,
                   {"ELASTEM TRAJECTORY ALONG THE FIRST PRINCIPAL COMPONENT OF THE AMPLITUDES",
                    "EACH MODEL IS THE MEAN OF AN EQUAL SHARE OF THE PARTICLES"});
  for (const auto& frame : landscape.frames) writer.add_model(model.deformed(frame.amplitudes));
  writer.close();
}

void write_report(const Invocation& invocation, const cli::LandscapeOptions& o, const ElasticModel& model,
                  const Landscape& landscape) {
  const fs::path folder = o.output;
  fs::create_directories(folder);
  LandscapeReport report;
  report.result_path = o.input;
  report.modes_path = o.modes_file;
  report.command_line = invocation.command_line;
  report.version = program_version();
  report.date = utc_time();
  report.done = landscape.done;
  report.failed = landscape.failed;
  report.pending = landscape.pending;
  report.rows = landscape.done + landscape.failed + landscape.pending;
  report.atom_count = model.atom_count();
  report.mode_numbers = model.mode_numbers;
  report.components = landscape.components;
  report.frames = landscape.frames;
  report.trajectory_path = "trajectory.pdb";
  report.plots = write_plots(folder, landscape);
  write_trajectory(folder / report.trajectory_path, read_modes_table(o.modes_file).structure, model,
                   landscape);
  write_text_file(folder / "components.csv", components_csv(report));
  write_text_file(folder / "frames.csv", frames_csv(report));
  write_text_file(folder / "index.html", landscape_html(report));
}

// The model of the table's modes; the Error names both files. Collective.
ElasticModel model_of(const Communicator& comm, const cli::LandscapeOptions& o, const ResultTable& table) {
  try {
    return read_model(comm, o.modes_file, format_number_list(table.modes()), {});
  } catch (const Error& error) {
    throw Error(o.input + " holds amplitudes of modes " + format_number_list(table.modes()) +
                ", which do not come from " + o.modes_file + ": " + error.what());
  }
}

}  // namespace

int landscape_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_landscape_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const std::string page = (fs::path(options->output) / "index.html").string();
  decide_output(comm, page, false, options->common.overwrite);
  ResultTable table = ResultTable::open(comm, options->input, ResultTable::Access::read);
  const ElasticModel model = model_of(comm, *options, table);
  if (options->common.dry_run) {
    spdlog::info("dry run: {} particles of modes {} would become {}; nothing was written", table.size(),
                 format_number_list(table.modes()), page);
    table.close();
    return 0;
  }
  Landscape landscape;
  find_components(comm, table, landscape);
  find_density(comm, *options, table, landscape);
  table.close();
  collectively(comm, [&] {
    if (comm.root()) write_report(invocation, *options, model, landscape);
  });
  spdlog::info("{} particles; the first component explains {:.1f} % of the variance", landscape.done,
               100 * landscape.components.share(0));
  spdlog::info("{} models in {}", landscape.frames.size(),
               (fs::path(options->output) / "trajectory.pdb").string());
  spdlog::info("open {} in a browser", page);
  return 0;
}

}  // namespace elastem
