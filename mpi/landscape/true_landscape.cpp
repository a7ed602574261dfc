#include "mpi/landscape/true_landscape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "landscape/amplitude_range.hpp"
#include "landscape/found_states.hpp"
#include "mpi/landscape/chosen_ends.hpp"
#include "mpi/landscape/particle_counts.hpp"
#include "mpi/landscape/truth_sample.hpp"

namespace elastem {
namespace {

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
  return profile_of_particles(
      passes, {landscape.x.low - margin, landscape.x.high + margin}, least, largest,
      [&](const ValueUse& use) {
        passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
          use(row, components.coordinates(estimate.amplitudes)[0], first_error(components, estimate));
        });
      });
}

// The plane of the first two components, errors taken off; rank 0 has the memory that it takes.
void find_plane(const LandscapePasses& passes, const TruthSample& sample, Landscape& landscape) {
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

// How often sets drawn from the sample have as many states as the sample; the sets are shared out over the
// ranks.
void find_certainty(const LandscapePasses& passes, const TruthSample& sample, Landscape& landscape) {
  constexpr int most_sets = 10;
  const Communicator& comm = passes.comm();
  const std::size_t number = landscape.states->states.size();
  landscape.drawn_sets =
      passes.settings().replicates > 1 ? std::min(passes.settings().replicates, most_sets) : 0;
  int alike = 0;
  for (int r = comm.rank(); r < landscape.drawn_sets; r += comm.size())
    if (states_in_drawn_set(sample.values, most_components, passes.settings().seed, r) == number) ++alike;
  landscape.sets_alike = comm.sum(alike);
}

// Warns where a path leads through amplitudes that hardly a particle has.
void warn_of_far_paths(const LandscapePasses& passes, const Landscape& landscape) {
  if (landscape.paths.empty()) return;
  const std::vector<int>& modes = passes.table().modes();
  AmplitudeTally tally(static_cast<Eigen::Index>(modes.size()));
  passes.for_each_used([&](std::int64_t, const ParticleResult& result) { tally.add(result.amplitudes); });
  passes.comm().sum(tally.sums());
  passes.comm().min(tally.lows());
  passes.comm().max(tally.highs());
  const AmplitudeRange range = tally.range();
  for (std::size_t p = 0; p < landscape.paths.size(); ++p) {
    std::set<std::string> told;  // once for each mode
    for (const Eigen::VectorXd& at : landscape.path_amplitudes[p])
      for (const std::string& sentence : far_from_particles(range, modes, at))
        if (told.insert(sentence.substr(0, sentence.find(':'))).second)
          spdlog::warn("the path from {} to {}: {}", landscape.paths[p].start, landscape.paths[p].end,
                       sentence);
  }
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
  const TruthSample sample = truth_sample(passes, landscape.components);
  const LandscapeSettings& settings = passes.settings();
  if (sample.values.size() < fewest_for_states) {
    if (settings.chosen.empty()) return;
    throw Error(fmt::format("option --path: {} {} too few to tell a way",
                            counted(sample.values.size(), "particle"),
                            verb(sample.values.size(), "is", "are")));
  }
  if (!sample.plane.empty()) find_plane(passes, sample, landscape);
  FoundStates found = states_and_paths(sample.values, most_components, std::max(settings.frames, 2),
                                       settings.replicates, settings.seed);
  landscape.states = std::move(found.states);
  landscape.paths = std::move(found.paths);
  find_certainty(passes, sample, landscape);
  landscape.state_means = state_means(passes, landscape.components, *landscape.states);
  add_chosen_paths(passes, sample, landscape);
  for (const StatePath& path : landscape.paths) {
    std::vector<Eigen::VectorXd>& conformations = landscape.path_amplitudes.emplace_back();
    for (const Coordinates& at : path.points)
      conformations.push_back(amplitudes_at(landscape.components, sample, at));
  }
  warn_of_far_paths(passes, landscape);
}

}  // namespace elastem
