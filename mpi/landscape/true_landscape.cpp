#include "mpi/landscape/true_landscape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace elastem {
namespace {

constexpr std::int64_t most_sampled = 4000;
constexpr int most_components = 8;             // of the mixture
constexpr std::size_t fewest_for_states = 40;  // particles

// The error of the first component.
double first_error(const PrincipalComponents& components, const AmplitudeEstimate& estimate) {
  const Eigen::VectorXd axis = components.axes.col(0);
  return std::sqrt(std::max(axis.dot(estimate.covariance * axis), 1e-12));
}

Profile first_profile(const LandscapePasses& passes, const Landscape& landscape) {
  const PrincipalComponents& components = landscape.components;
  double least = std::numeric_limits<double>::max(), largest = 0;
  passes.for_each_estimate([&](std::int64_t, const AmplitudeEstimate& estimate) {
    least = std::min(least, first_error(components, estimate));
    largest = std::max(largest, first_error(components, estimate));
  });
  // What the images alone say lies wider than the plots.
  const double margin = 0.3 * (landscape.x.high - landscape.x.low);
  NoisyHistogram histogram({landscape.x.low - margin, landscape.x.high + margin}, passes.comm().min(least),
                           passes.comm().max(largest));
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    histogram.add(components.coordinates(estimate.amplitudes)[0], first_error(components, estimate),
                  static_cast<int>(passes.place(row) % 2));
  });
  passes.comm().sum(histogram.counts());
  return deconvolved_profile(histogram, passes.settings().replicates, passes.settings().seed);
}

// A sample of the particles on every rank, in the order of the rows: along the first components with their
// errors, along the others (a column each), and in the plane of the first two where there are two.
struct Sampled {
  std::vector<NoisyValue> values, plane;
  Eigen::MatrixXd rest;
};

Sampled sampled(const LandscapePasses& passes, const PrincipalComponents& components) {
  const Eigen::Index d = state_dimensions(components), k = components.mean.size();
  const Eigen::Index known = std::max(d, std::min<Eigen::Index>(k, 2));  // components with their errors
  std::vector<double> own;
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    if (!passes.sampled(row, most_sampled)) return;
    const NoisyValue value = along_components(components, known, estimate);
    const Eigen::VectorXd all = components.coordinates(estimate.amplitudes);
    own.insert(own.end(), all.begin(), all.end());
    own.insert(own.end(), value.covariance.data(), value.covariance.data() + known * known);
  });
  const std::vector<double> all = passes.comm().all_gathered(own);
  const Eigen::Index width = k + known * known;
  const Eigen::Map<const Eigen::MatrixXd> columns(all.data(), width,
                                                  static_cast<Eigen::Index>(all.size()) / width);
  Sampled sample{{}, {}, columns.middleRows(d, k - d)};
  for (Eigen::Index i = 0; i < columns.cols(); ++i) {
    const Eigen::MatrixXd covariance = columns.col(i).tail(known * known).reshaped(known, known);
    sample.values.push_back({columns.col(i).head(d), covariance.topLeftCorner(d, d)});
    if (k > 1) sample.plane.push_back({columns.col(i).head(2), covariance.topLeftCorner(2, 2)});
  }
  return sample;
}

// The plane of the first two components, errors taken off; rank 0 has the memory that it takes.
void find_plane(const LandscapePasses& passes, const Sampled& sample, Landscape& landscape) {
  constexpr int most_replicates = 10;
  // What the images alone say lies wider than the plots; it must not gather at their borders.
  for (GridAxis* axis : {&landscape.x, &landscape.y}) {
    const double margin = 0.15 * (axis->high - axis->low);
    *axis = {axis->low - margin, axis->high + margin};
  }
  Plane plane{landscape.x, landscape.y, {}, {}, 0, 0};
  on_root(passes.comm(), [&] {
    plane =
        deconvolved_plane(sample.plane, landscape.x, landscape.y,
                          std::min(passes.settings().replicates, most_replicates), passes.settings().seed);
  });
  passes.comm().broadcast(plane.density);
  passes.comm().broadcast(plane.energy_error);
  passes.comm().broadcast(plane.least_density);
  passes.comm().broadcast(plane.iterations);
  landscape.density = static_cast<double>(landscape.done) * plane.fine_density();
  landscape.plane = std::move(plane);
}

// The amplitudes at a place of the first components: along the others the mean of the particles near it, by
// how likely each is to be there, half of the errors' width added.
Eigen::VectorXd amplitudes_at(const PrincipalComponents& components, const Sampled& sample,
                              const Coordinates& at) {
  constexpr double more = 0.25;  // of the errors' variance
  const Eigen::Index d = at.size();
  double total = 0;
  Eigen::VectorXd rest = Eigen::VectorXd::Zero(sample.rest.rows());
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    const Coordinates away = at - sample.values[i].value;
    const CoordinateMatrix width = (1 + more) * sample.values[i].covariance;
    const double weight =
        std::exp(-0.5 * away.dot(width.ldlt().solve(away))) / std::sqrt(width.determinant());
    total += weight;
    rest += weight * sample.rest.col(static_cast<Eigen::Index>(i));
  }
  if (total > 0) rest /= total;
  return components.mean + components.axes.leftCols(d) * at + components.axes.rightCols(rest.size()) * rest;
}

// The mean amplitudes of each state's particles, weighted by their probabilities.
std::vector<Eigen::VectorXd> state_means(const LandscapePasses& passes, const PrincipalComponents& components,
                                         const States& states) {
  const Eigen::Index d = state_dimensions(components), k = components.mean.size();
  const auto count = static_cast<Eigen::Index>(states.states.size());
  const RowSlices slices{passes.table().size()};
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(count * (k + 1), RowSlices::count);
  int slice = 0;
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    slice = slices.slice_of(row, slice);
    const Eigen::VectorXd share = states.probabilities(along_components(components, d, estimate));
    for (Eigen::Index s = 0; s < count; ++s) {
      sums(s * (k + 1), slice) += share[s];
      sums.block(s * (k + 1) + 1, slice, k, 1) += share[s] * estimate.amplitudes;
    }
  });
  passes.comm().sum(sums);
  const Eigen::VectorXd total = sums.rowwise().sum();
  std::vector<Eigen::VectorXd> means;
  for (Eigen::Index s = 0; s < count; ++s)
    means.push_back(total.segment(s * (k + 1) + 1, k) / std::max(total[s * (k + 1)], 1e-300));
  return means;
}

}  // namespace

Eigen::Index state_dimensions(const PrincipalComponents& components) {
  constexpr Eigen::Index most = 3;
  constexpr double least = 0.05;
  Eigen::Index d = 1;
  while (d < std::min(most, components.variances.size()) &&
         components.variances[d] > least * components.variances[0])
    ++d;
  return d;
}

NoisyValue along_components(const PrincipalComponents& components, Eigen::Index dimensions,
                            const AmplitudeEstimate& estimate) {
  const auto axes = components.axes.leftCols(dimensions);
  return {axes.transpose() * (estimate.amplitudes - components.mean),
          axes.transpose() * estimate.covariance * axes};
}

void find_truth(const LandscapePasses& passes, Landscape& landscape) {
  landscape.profile = first_profile(passes, landscape);
  const Sampled sample = sampled(passes, landscape.components);
  if (sample.values.size() < fewest_for_states) return;
  if (!sample.plane.empty()) find_plane(passes, sample, landscape);
  landscape.states =
      states_of(sample.values, most_components, passes.settings().replicates, passes.settings().seed);
  landscape.state_means = state_means(passes, landscape.components, *landscape.states);
  landscape.paths = paths_between(*landscape.states, sample.values, std::max(passes.settings().frames, 2),
                                  passes.settings().replicates, passes.settings().seed);
  for (const StatePath& path : landscape.paths) {
    std::vector<Eigen::VectorXd>& conformations = landscape.path_amplitudes.emplace_back();
    for (const Coordinates& at : path.points)
      conformations.push_back(amplitudes_at(landscape.components, sample, at));
  }
}

}  // namespace elastem
