#include "mpi/landscape/chosen_ends.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/landscape/coordinate_profiles.hpp"
#include "mpi/landscape/true_landscape.hpp"
#include "mpi/landscape/truth_sample.hpp"

namespace elastem {
namespace {

constexpr double same_place = 1e-6;  // Å

[[noreturn]] void refuse(const std::string& reason) {
  throw Error("option --path: " + reason);
}

// Where a particle lies along the first components, its error taken off: what is expected of its truth.
// Collective.
Coordinates place_of_row(const LandscapePasses& passes, const Landscape& landscape, std::int64_t number) {
  const auto k = static_cast<Eigen::Index>(passes.table().modes().size());
  Eigen::VectorXd found = Eigen::VectorXd::Zero(1 + k + k * k);
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    if (row == number - 1) found << 1, estimate.amplitudes, estimate.covariance.reshaped();
  });
  passes.comm().sum(found);
  if (found[0] == 0)
    refuse(fmt::format("the particle of row {} takes no part: it is not done, an outlier or not selected",
                       number));
  const AmplitudeEstimate estimate{found.segment(1, k), found.tail(k * k).reshaped(k, k)};
  const NoisyValue value =
      along_components(landscape.components, state_dimensions(landscape.components), estimate);
  return landscape.states->mixture.expected_truth(value);
}

}  // namespace

std::vector<ChosenEnds> chosen_ends(const std::vector<std::string>& texts, const ResultTable& table) {
  if (!texts.empty()) require_error_bars(table, "--path");
  std::vector<ChosenEnds> chosen;
  for (const std::string& text : texts) {
    try {
      auto [from, to] = parse_ends(text);
      for (const ChosenPlace& place : {from, to}) {
        require_modes(place, table.modes());
        if (place.row > table.size())
          throw Error(fmt::format("there is no row {}: the result has {}", place.row, table.size()));
      }
      chosen.push_back({std::move(from), std::move(to)});
    } catch (const Error& error) {
      refuse(error.what());
    }
  }
  return chosen;
}

void add_chosen_paths(const LandscapePasses& passes, const TruthSample& sample, Landscape& landscape) {
  const LandscapeSettings& settings = passes.settings();
  const PrincipalComponents& components = landscape.components;
  const Eigen::Index d = state_dimensions(components);
  const auto place_of = [&](const ChosenPlace& place) {
    Coordinates at;
    if (place.row > 0)
      at = place_of_row(passes, landscape, place.row);
    else
      at = components.axes.leftCols(d).transpose() *
           (amplitudes_of(place, passes.table().modes(), components) - components.mean);
    if (!is_seen(*landscape.states, sample.values, at))
      refuse(fmt::format("no particle is seen at {}: less than one is expected within a standard error of it",
                         name_of(place)));
    return at;
  };
  int number = 0;
  for (const auto& [start, end] : settings.chosen) {
    const Coordinates from = place_of(start), to = place_of(end);
    if ((to - from).norm() < same_place)
      refuse(fmt::format("{} and {} are one place", name_of(start), name_of(end)));
    std::optional<StatePath> path =
        path_between(*landscape.states, sample.values, from, to, std::max(settings.frames, 2),
                     settings.replicates, settings.seed);
    if (!path)
      refuse(fmt::format("no way leads from {} to {}: no particle is seen between them", name_of(start),
                         name_of(end)));
    path->chosen = ++number;
    path->start = name_of(start);
    path->end = name_of(end);
    landscape.paths.push_back(std::move(*path));
  }
}

}  // namespace elastem
