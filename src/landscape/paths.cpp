#include "landscape/paths.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "landscape/blur.hpp"
#include "landscape/image_groups.hpp"
#include "landscape/least_energy_way.hpp"
#include "landscape/profile.hpp"

namespace elastem {
namespace {

constexpr double highest = 30;        // kT
constexpr double same_barrier = 0.1;  // kT
constexpr double least_blur = 0.1;    // of a cell
constexpr double likeliest = 0.1;     // of ln likelihood: what a profile leaves in doubt would fill barriers

using Points = std::vector<Coordinates>;

// A value along a way, Å.
struct NoisyLength {
  double at = 0, error = 0;
};

// The density of the states as sharp as it can be seen.
struct Ground {
  Ground(const States& states, std::span<const NoisyValue> values)
      : seen(as_seen(states.mixture, values)), energy(seen) {}
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;

  ErrorMixture seen;
  MixtureEnergy energy;
};

// Uphill in density from the component of a state where it is highest.
Coordinates bottom_of(const MixtureEnergy& energy, const State& state) {
  Coordinates at;
  double lowest = std::numeric_limits<double>::infinity();
  for (const std::size_t c : state.components) {
    const double here = energy(energy.mixture().means[c]);
    if (here >= lowest) continue;
    lowest = here;
    at = energy.mixture().means[c];
  }
  return energy.bottom_near(at);
}

// Where a value lies along a way, and its error along it: at the nearest point, beyond the ends on straight
// lines.
NoisyLength along_way(const Points& way, const NoisyValue& value) {
  double nearest = std::numeric_limits<double>::infinity(), passed = 0;
  NoisyLength found;
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    const Coordinates piece = way[i + 1] - way[i];
    const double length = piece.norm();
    if (!(length > 0)) continue;
    const Coordinates along = piece / length;
    double at = along.dot(value.value - way[i]);
    if (i > 0) at = std::max(at, 0.0);
    if (i + 2 < way.size()) at = std::min(at, length);
    const double distance = (value.value - way[i] - at * along).norm();
    if (distance < nearest) {
      nearest = distance;
      found = {passed + at, std::sqrt(along.dot(value.covariance * along))};
    }
    passed += length;
  }
  return found;
}

// The values that are in some of the states.
std::vector<NoisyValue> values_in(const States& states, const std::set<std::size_t>& wanted,
                                  std::span<const NoisyValue> values) {
  constexpr double belongs = 0.5;
  std::vector<NoisyValue> members;
  for (const NoisyValue& value : values) {
    const Eigen::VectorXd share = states.probabilities(value);
    double sum = 0;
    for (const std::size_t s : wanted) sum += share[static_cast<Eigen::Index>(s)];
    if (sum >= belongs) members.push_back(value);
  }
  return members;
}

// How values are distributed along a way. Where they are few a maximum likelihood has spikes, the highest of
// which would be the barrier: the density is blurred by half of Scott's bandwidth.
Profile profile_along(const Points& way, std::span<const NoisyValue> values, int replicates,
                      std::uint64_t seed) {
  std::vector<NoisyLength> lengths;
  double low = 0, high = length_of(way), least = std::numeric_limits<double>::infinity(), largest = 0;
  for (const NoisyValue& value : values) {
    lengths.push_back(along_way(way, value));
    low = std::min(low, lengths.back().at);
    high = std::max(high, lengths.back().at);
    least = std::min(least, lengths.back().error);
    largest = std::max(largest, lengths.back().error);
  }
  const ImageGroups groups(values);
  const auto counted = [&](const Eigen::VectorXd& counts) {
    NoisyHistogram histogram({low, high}, least, largest, groups.plain() ? 1 : weight_unit);
    for (std::size_t i = 0; i < lengths.size(); ++i)
      histogram.add(lengths[i].at, lengths[i].error, static_cast<int>(groups.of(i) % 2),
                    counts[static_cast<Eigen::Index>(i)]);
    return histogram;
  };
  const NoisyHistogram histogram = counted(groups.weights());
  std::vector<NoisyHistogram> drawn;
  for (int r = 0; r < std::min(replicates, most_drawn_sets) && !groups.plain(); ++r) {
    Random random(seed, Stream::sampling, static_cast<std::uint64_t>(r));
    drawn.push_back(counted(groups.drawn(random)));
  }
  Profile profile = groups.plain() ? deconvolved_profile(histogram, replicates, seed, likeliest)
                                   : deconvolved_profile(histogram, drawn, likeliest);
  const double wanted = 0.5 * histogram.moments().sd * std::pow(static_cast<double>(groups.count()), -0.2);
  const double blur = std::sqrt(std::max(wanted * wanted - std::pow(profile.error / 3, 2), 0.0)) /
                      profile.axis.step(Profile::bins);  // the profile has a third of the errors already
  if (blur > least_blur) {
    const Eigen::MatrixXd kernel = blur_kernel(Profile::bins, blur);
    for (Eigen::ArrayXd* density : {&profile.density, &profile.low, &profile.high})
      if (density->size() > 0) *density = (kernel.transpose() * density->matrix()).array();
  }
  return profile;
}

// The highest place between two bins, above the lowest on either side of it, of all bins: wells may lie
// beyond the ends of a way between states.
void find_barriers(const Eigen::ArrayXd& energy, Eigen::Index from, Eigen::Index to, StatePath& path) {
  Eigen::Index top = 0;
  const double highest_energy = energy.segment(from, to - from + 1).maxCoeff(&top);
  top += from;
  path.barrier = highest_energy - energy.head(top + 1).minCoeff();
  path.barrier_back = highest_energy - energy.tail(energy.size() - top).minCoeff();
}

// Fills in points, energies and barriers of a path of `frames` points, from how its values are distributed
// along the way.
void find_energies(StatePath& path, const Points& way, int frames, const Profile& profile) {
  const EnergyProfile energy = energy_profile(profile, highest);
  const double step = profile.axis.step(Profile::bins),
               apart = length_of(way) / static_cast<double>(frames - 1);
  const auto bin_of = [&](int i) {
    const double at = (i * apart - profile.axis.low) / step;
    return std::clamp<Eigen::Index>(static_cast<Eigen::Index>(at), 0, Profile::bins - 1);
  };
  const Eigen::Index first = bin_of(0), last = bin_of(frames - 1);
  if (path.chosen > 0) {
    const Eigen::ArrayXd between = energy.energy.segment(first, last - first + 1);
    find_barriers(between, 0, between.size() - 1, path);
  } else {
    find_barriers(energy.energy, first, last, path);
  }
  path.points = equally_spaced(way, frames);
  for (int i = 0; i < frames; ++i) {
    const Eigen::Index bin = bin_of(i);
    path.energies.push_back(energy.energy[bin]);
    if (profile.low.size() == 0) continue;
    path.low.push_back(energy.low[bin]);
    path.high.push_back(energy.high[bin]);
  }
}

}  // namespace

std::vector<StatePath> paths_between(const States& states, std::span<const NoisyValue> values, int frames,
                                     int replicates, std::uint64_t seed) {
  require(frames >= 2, "a way has two ends");
  const std::size_t n = states.states.size();
  if (n < 2) return {};
  const Ground ground(states, values);
  const LeastEnergyWays ways(ground.energy);
  Points bottoms;
  double lowest = std::numeric_limits<double>::infinity();
  for (const State& state : states.states) {
    bottoms.push_back(bottom_of(ground.energy, state));
    lowest = std::min(lowest, ground.energy(bottoms.back()));
  }
  struct Way {
    std::size_t from, to;
    Points points;
    double top;
  };
  std::vector<Way> all;
  for (std::size_t to = 0; to < n; ++to)
    for (std::size_t from = 0; from < to; ++from) {
      const Points way = ways.between(bottoms[from], bottoms[to], lowest);
      if (fewest_on(ground.energy, way, values) < 1) continue;
      double top = lowest;
      for (const Coordinates& at : way) top = std::max(top, ground.energy(at));
      all.push_back({from, to, way, top});
    }
  // Of ways over one barrier the shortest.
  std::ranges::stable_sort(all, {}, [](const Way& way) {
    return std::pair(std::round(way.top / same_barrier), length_of(way.points));
  });
  std::vector<std::size_t> group(n);
  std::iota(group.begin(), group.end(), std::size_t{0});
  std::vector<StatePath> joining;
  for (const Way& way : all) {
    const std::size_t a = group[way.from], b = group[way.to];
    if (a == b) continue;
    std::ranges::replace(group, b, a);
    StatePath& path = joining.emplace_back();
    path.from = way.from;
    path.to = way.to;
    path.start = fmt::format("state {}", way.from + 1);
    path.end = fmt::format("state {}", way.to + 1);
    const auto members = values_in(states, {way.from, way.to}, values);
    find_energies(path, way.points, frames, profile_along(way.points, members, replicates, seed));
  }
  return joining;
}

bool is_seen(const States& states, std::span<const NoisyValue> values, const Coordinates& at) {
  const Ground ground(states, values);
  return fewest_on(ground.energy, {at}, values) >= 1;
}

std::optional<StatePath> path_between(const States& states, std::span<const NoisyValue> values,
                                      const Coordinates& from, const Coordinates& to, int frames,
                                      int replicates, std::uint64_t seed) {
  require(frames >= 2 && (to - from).norm() > 0, "a way has two ends");
  const Ground ground(states, values);
  double lowest = std::numeric_limits<double>::infinity();
  for (const State& state : states.states)
    lowest = std::min(lowest, ground.energy(bottom_of(ground.energy, state)));
  const Points way = LeastEnergyWays(ground.energy).between(from, to, lowest);
  if (fewest_on(ground.energy, way, values) < 1) return std::nullopt;
  std::set<std::size_t> passed;
  for (const Coordinates& at : way)
    for (std::size_t s = 0; s < states.states.size(); ++s)
      if (std::ranges::find(states.states[s].components, ground.energy.component_at(at)) !=
          states.states[s].components.end())
        passed.insert(s);
  const auto members = values_in(states, passed, values);
  if (members.size() < 2) return std::nullopt;
  StatePath path;
  path.chosen = 1;
  find_energies(path, way, frames, profile_along(way, members, replicates, seed));
  return path;
}

}  // namespace elastem
