#include "mpi/landscape/table_landscape.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "landscape/sample.hpp"

namespace elastem {
namespace {

constexpr std::int64_t block_rows = 4096;
constexpr std::int64_t most_points = 20000;  // of the scatter plot

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
  comm.sum(counts);
  comm.sum(moments.sums());
  landscape.pending = counts[static_cast<std::size_t>(ParticleState::pending)];
  landscape.done = counts[static_cast<std::size_t>(ParticleState::done)];
  landscape.failed = counts[static_cast<std::size_t>(ParticleState::failed)];
  landscape.components = moments.components();
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

// Last pass: density, trajectory and the points of the scatter plot.
void find_density(const Communicator& comm, const LandscapeSettings& settings, const ResultTable& table,
                  Landscape& landscape) {
  const auto& components = landscape.components;
  const auto histograms = coordinate_histograms(comm, table, components);
  landscape.x = axis_of(histograms[0]);
  landscape.y = axis_of(histograms[1]);
  DensityGrid grid(landscape.x, landscape.y);
  Trajectory trajectory(settings.frames, histograms[0], components.mean.size(), table.size());
  std::vector<LandscapePoint> points;
  for_each_done_row(comm, table, [&](std::int64_t row, const ParticleResult& result) {
    const Eigen::VectorXd all = components.coordinates(result.amplitudes);
    const Eigen::Vector2d at = plane_coordinates(components, result.amplitudes);
    grid.add(at.x(), at.y());
    trajectory.add(row, at.x(), result.amplitudes);
    const bool inside = at.x() > landscape.x.low && at.x() < landscape.x.high && at.y() > landscape.y.low &&
                        at.y() < landscape.y.high;
    if (inside && in_stratified_sample(row, table.size(), most_points, settings.seed))
      points.push_back({at.x(), at.y(), all.size() > 2 ? all[2] : result.score});
  });
  comm.sum(grid.counts());
  comm.sum(trajectory.sums());
  landscape.frames = trajectory.frames();
  landscape.points = comm.gathered(points);
  landscape.density = grid.density(landscape_bandwidth(components, 0, landscape.done),
                                   landscape_bandwidth(components, 1, landscape.done));
}

}  // namespace

Landscape landscape_of(const Communicator& comm, const ResultTable& table,
                       const LandscapeSettings& settings) {
  Landscape landscape;
  find_components(comm, table, landscape);
  find_density(comm, settings, table, landscape);
  return landscape;
}

}  // namespace elastem
