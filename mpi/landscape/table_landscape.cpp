#include "mpi/landscape/table_landscape.hpp"

#include <algorithm>
#include <limits>

#include "mpi/landscape/landscape_passes.hpp"
#include "mpi/landscape/true_landscape.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {
namespace {

constexpr std::int64_t most_points = 20000;  // of the scatter plot

// A sample of what the images alone say, on every rank in the order of the rows.
std::vector<NoisyAmplitudes> sampled_estimates(const LandscapePasses& passes) {
  constexpr std::int64_t most = 2000;
  const auto k = static_cast<Eigen::Index>(passes.table().modes().size());
  std::vector<double> own;
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    if (!passes.sampled(row, most)) return;
    own.insert(own.end(), estimate.amplitudes.begin(), estimate.amplitudes.end());
    own.insert(own.end(), estimate.covariance.data(), estimate.covariance.data() + k * k);
  });
  const std::vector<double> all = passes.comm().all_gathered(own);
  std::vector<NoisyAmplitudes> values;
  for (const double* at = all.data(); at < all.data() + all.size(); at += k + k * k)
    values.push_back(
        {Eigen::Map<const Eigen::VectorXd>(at, k), Eigen::Map<const Eigen::MatrixXd>(at + k, k, k)});
  return values;
}

PrincipalComponents components_of(const LandscapePasses& passes) {
  if (passes.table().has_fits()) return true_components(sampled_estimates(passes));
  AmplitudeMoments moments(static_cast<Eigen::Index>(passes.table().modes().size()), passes.table().size());
  passes.for_each_used(
      [&](std::int64_t row, const ParticleResult& result) { moments.add(row, result.amplitudes); });
  passes.comm().sum(moments.sums());
  return moments.components();
}

// How many rows take part, and the components of their amplitudes.
void find_components(const LandscapePasses& passes, Landscape& landscape) {
  const RowCounts counts =
      count_rows(passes.comm(), passes.table(), [&](std::int64_t row) { return passes.selected(row); });
  landscape.failed = counts.failed;
  landscape.pending = counts.pending;
  landscape.outliers = passes.settings().with_outliers ? 0 : counts.outliers;
  landscape.done = counts.done - landscape.outliers;
  landscape.components = components_of(passes);
}

// Second and third pass: fine histograms of both coordinates over their whole range.
std::vector<Histogram> coordinate_histograms(const LandscapePasses& passes,
                                             const PrincipalComponents& components) {
  constexpr double huge = std::numeric_limits<double>::max();
  Eigen::Array2d low(huge, huge), high(-huge, -huge);
  passes.for_each_used([&](std::int64_t, const ParticleResult& result) {
    const Eigen::Array2d at = plane_coordinates(components, result.amplitudes);
    low = low.min(at);
    high = high.max(at);
  });
  std::vector<Histogram> histograms;
  for (const Eigen::Index axis : {0, 1}) {
    const double least = passes.comm().min(low[axis]), greatest = passes.comm().max(high[axis]);
    const double margin = greatest > least ? 1e-6 * (greatest - least) : 1.0;  // Å
    histograms.emplace_back(least - margin, greatest + margin);
  }
  passes.for_each_used([&](std::int64_t, const ParticleResult& result) {
    const Eigen::Vector2d at = plane_coordinates(components, result.amplitudes);
    histograms[0].add(at.x());
    histograms[1].add(at.y());
  });
  for (auto& histogram : histograms) passes.comm().sum(histogram.counts());
  return histograms;
}

// Last pass: density, trajectory and the points of the scatter plot.
void find_density(const LandscapePasses& passes, Landscape& landscape) {
  const auto& components = landscape.components;
  const auto histograms = coordinate_histograms(passes, components);
  landscape.x = axis_of(histograms[0]);
  landscape.y = axis_of(histograms[1]);
  DensityGrid grid(landscape.x, landscape.y);
  const double reach =
      std::max(landscape_bandwidth(components, 0, landscape.done), landscape.x.step(DensityGrid::bins));
  Trajectory trajectory(passes.settings().frames, reach, histograms[0], components.mean.size(),
                        passes.table().size());
  std::vector<LandscapePoint> points;
  passes.for_each_used([&](std::int64_t row, const ParticleResult& result) {
    const Eigen::VectorXd all = components.coordinates(result.amplitudes);
    const Eigen::Vector2d at = plane_coordinates(components, result.amplitudes);
    grid.add(at.x(), at.y());
    trajectory.add(row, at.x(), result.amplitudes);
    const bool inside = at.x() > landscape.x.low && at.x() < landscape.x.high && at.y() > landscape.y.low &&
                        at.y() < landscape.y.high;
    if (inside && passes.sampled(row, most_points))
      points.push_back({at.x(), at.y(), all.size() > 2 ? all[2] : result.score});
  });
  passes.comm().sum(grid.counts());
  passes.comm().sum(trajectory.sums());
  landscape.frames = trajectory.frames();
  landscape.points = passes.comm().gathered(points);
  landscape.density = grid.density(landscape_bandwidth(components, 0, landscape.done),
                                   landscape_bandwidth(components, 1, landscape.done));
}

}  // namespace

Landscape landscape_of(const Communicator& comm, const ResultTable& table,
                       const LandscapeSettings& settings) {
  const LandscapePasses passes(comm, table, settings);
  Landscape landscape;
  find_components(passes, landscape);
  find_density(passes, landscape);
  if (table.has_fits()) find_truth(passes, landscape);
  return landscape;
}

}  // namespace elastem
