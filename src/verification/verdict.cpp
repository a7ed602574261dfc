#include "verification/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <ranges>
#include <span>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/number_list.hpp"

namespace elastem {
namespace {

constexpr double certain = 3.3;     // standard errors, as of MotionTally
constexpr double powerful = 1.645;  // 95 % of a normal distribution

struct Excess {
  double value = 0, error = 0;
};

// ln p/p' of a set over its twin.
Excess excess_over(const DirectionSpread& set, const DirectionSpread& twin) {
  return {std::log(set.pulls / twin.pulls),
          std::hypot(set.pulls_error / set.pulls, twin.pulls_error / twin.pulls)};
}

Direction direction_of(int mode, const DirectionSpread& set, const DirectionSpread& model,
                       const DirectionSpread& map) {
  const Excess over_map = excess_over(set, map), over_model = excess_over(set, model);
  Direction d;
  d.mode = mode;
  d.error = set.error;
  d.variance = set.variance();
  d.variance_error = set.variance_error();
  d.model_twin = model.variance();
  d.map_twin = map.variance();
  d.model_excess = over_model.value;
  d.model_z = over_model.value / over_model.error;
  d.excess = over_map.value;
  d.excess_error = over_map.error;
  return d;
}

// Mean of the decoys' excess, at least 0, and how sure it is for one more direction: its standard error with
// their scatter beyond their own errors.
struct Level : Excess {
  double mean_z = 0;         ///< the mean, which may be below 0, in its standard errors
  double typical_error = 0;  ///< the same in other sets of this kind, where chance makes some scatter
};

Level level_of(std::span<const Direction> decoys) {
  if (decoys.empty()) return {};
  const auto n = static_cast<double>(decoys.size());
  double mean = 0, own = 0;
  for (const Direction& d : decoys) {
    mean += d.excess / n;
    own += d.excess_error * d.excess_error / n;
  }
  double scatter = 0;
  for (const Direction& d : decoys) scatter += (d.excess - mean) * (d.excess - mean);
  const double beyond = n > 1 ? std::max(scatter / (n - 1) - own, 0.0) : 0.0;
  // The mean of the positive part of a normal distribution is 0.4 of its standard deviation.
  const double by_chance = n > 1 ? 0.4 * own * std::sqrt(2 / (n - 1)) : 0.0;
  const auto error = [&](double more) { return std::sqrt((own + more) / n + more); };
  return {{std::max(mean, 0.0), error(beyond)},
          mean / std::sqrt((own + beyond) / n),
          error(std::max(beyond, by_chance))};
}

double z_of(const Direction& d, const Level& level) {
  return (d.excess - level.value) / std::hypot(d.excess_error, level.error);
}

// Each decoy against the others.
int called(const std::vector<Direction>& decoys) {
  int count = 0;
  for (std::size_t i = 0; i < decoys.size(); ++i) {
    std::vector<Direction> others = decoys;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    Direction alone = decoys[i];
    alone.z = z_of(alone, level_of(others));
    count += alone.moves() ? 1 : 0;
  }
  return count;
}

double upper_tail(double z) {
  return std::erfc(z / std::numbers::sqrt2) / 2;
}

void find_false_discovery(std::vector<Direction>& modes) {
  std::vector<std::size_t> order(modes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return modes[a].z < modes[b].z; });
  double rate = 1;
  for (std::size_t at = 0; at < order.size(); ++at) {  // the least clear first
    Direction& d = modes[order[at]];
    const auto clearer = static_cast<double>(modes.size() - at);
    rate = std::min(rate, upper_tail(d.z) * static_cast<double>(modes.size()) / clearer);
    d.false_discovery = rate;
  }
}

// A motion of variance m makes the pulls' variance p' of a twin grow by m/error², which both tests must see.
double least_seen(const Direction& d, const Level& level) {
  const double power = certain + powerful, square = d.error * d.error;
  const auto motion = [&](double twin, double excess) {
    return std::max(twin + square, 0.1 * square) * (std::exp(excess) - 1);
  };
  const double model_error = d.model_z != 0 ? d.model_excess / d.model_z : 0;
  return std::sqrt(
      std::max(motion(d.map_twin, level.value + power * std::hypot(d.excess_error, level.typical_error)),
               motion(d.model_twin, power * model_error)));
}

std::string rmsd(double amplitude, double atoms) {
  return fmt::format("{:.2f} Å", amplitude / std::sqrt(atoms));
}

}  // namespace

Verification verification_of(const std::vector<int>& numbers, std::int64_t particles,
                             const std::vector<DirectionSpread>& set,
                             const std::vector<DirectionSpread>& model_twin,
                             const std::vector<DirectionSpread>& map_twin) {
  require(set.size() == model_twin.size() && set.size() == map_twin.size() && set.size() >= numbers.size(),
          "the same directions");
  Verification found;
  found.particles = particles;
  for (std::size_t k = 0; k < set.size(); ++k) {
    const bool is_mode = k < numbers.size();
    (is_mode ? found.modes : found.decoys)
        .push_back(direction_of(is_mode ? numbers[k] : 0, set[k], model_twin[k], map_twin[k]));
  }
  const Level level = level_of(found.decoys);
  found.decoy_excess = level.value;
  found.decoy_excess_error = level.error;
  found.decoy_z = level.mean_z;
  for (auto* group : {&found.modes, &found.decoys})
    for (Direction& d : *group) {
      d.z = z_of(d, level);
      d.least_seen = least_seen(d, level);
    }
  find_false_discovery(found.modes);
  found.decoys_called = called(found.decoys);
  found.misfit = std::ranges::any_of(found.decoys, &Direction::spreads);
  if (std::ranges::any_of(found.modes, &Direction::moves))
    found.finding = Finding::motion;
  else if (found.misfit || std::ranges::any_of(found.modes, &Direction::spreads))
    found.finding = Finding::misfit;
  return found;
}

std::string verification_sentence(const Verification& found, double atoms) {
  std::vector<int> moving;
  double least = std::numeric_limits<double>::infinity(), worst = 0;
  for (const Direction& d : found.modes) {
    if (d.moves()) {
      moving.push_back(d.mode);
      worst = std::max(worst, d.false_discovery);
    }
    least = std::min(least, d.least_seen);
  }
  const std::string limit = fmt::format(
      "a motion of {} RMSD or more along one of these modes would have been seen in 95 of 100 sets",
      rmsd(least, atoms));
  switch (found.finding) {
    case Finding::motion:
      return fmt::format(
          "the molecule moves along mode{} {}: more than errors and misfit explain (false "
          "discovery rate {:.2g}){}",
          moving.size() == 1 ? "" : "s", format_number_list(moving), worst,
          found.misfit ? "; decoys spread, too, so part of the spread is misfit" : "");
    case Finding::misfit:
      return fmt::format(
          "no motion is proven: amplitudes spread more than their errors, but a rigid molecule "
          "that looks as the images do, or directions in which nothing should move, spread as "
          "much. This is model misfit (another conformation, density or composition); {}",
          limit);
    case Finding::nothing_seen:
      break;
  }
  return "no motion is seen: amplitudes spread no more than their errors; " + limit;
}

std::string blur_warning(const Verification& found) {
  std::vector<int> open;
  for (const Direction& d : found.modes)
    if (!d.moves()) open.push_back(d.mode);
  if (!twin_is_blurred(found) || open.empty()) return "";
  return fmt::format(
      "the twin of the set's own map spreads more than the set where nothing should move: the decoys' excess "
      "over it lies {:.1f} standard errors below 0. A large motion blurs the map, and a smaller one of "
      "mode{} {} "
      "may be hidden: that they are not told from misfit does not say that they stand still",
      -found.decoy_z, open.size() == 1 ? "" : "s", format_number_list(open));
}

std::string direction_verdict(const Direction& d) {
  if (d.moves()) return "moves";
  return d.spreads() ? "not told from misfit" : "no motion seen";
}

std::vector<std::string> verification_table(const Verification& found, double atoms) {
  std::vector<std::string> lines = {fmt::format("{:<8}{:>9}{:>9}{:>12}{:>10}{:>8}{:>8}   {}", "", "error",
                                                "motion", "model twin", "map twin", "z", "FDR", "RMSD in Å")};
  const auto deviation = [&](double variance) { return std::sqrt(std::max(variance, 0.0) / atoms); };
  const auto add = [&](const std::string& name, const Direction& d, const std::string& verdict) {
    lines.push_back(fmt::format("{:<8}{:>9.3f}{:>9.3f}{:>12.3f}{:>10.3f}{:>8.1f}{:>8}   {}", name,
                                d.error / std::sqrt(atoms), deviation(d.variance), deviation(d.model_twin),
                                deviation(d.map_twin), d.z,
                                d.mode == 0 ? "" : fmt::format("{:.1g}", d.false_discovery), verdict));
  };
  for (const Direction& d : found.modes) add(std::to_string(d.mode), d, direction_verdict(d));
  int number = 0;
  for (const Direction& d : found.decoys)
    add(fmt::format("decoy {}", ++number), d, d.spreads() ? "misfit" : "");
  return lines;
}

}  // namespace elastem
