#include "landscape/paths.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <queue>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "core/error.hpp"
#include "landscape/blur.hpp"
#include "landscape/profile.hpp"

namespace elastem {
namespace {

constexpr double highest = 30;         // kT: what is above costs as much
constexpr double most_cells = 150000;  // of the grid
constexpr double cells_per_width = 2;  // of the narrowest component
constexpr int largest_side = 400, least_side = 12, beads = 64, relaxations = 400, ascents = 200;
constexpr double margin = 2;          // standard deviations of a component about its mean
constexpr double same_barrier = 0.1;  // kT
constexpr double least_blur = 0.1;    // of a cell

using Points = std::vector<Coordinates>;

// A value along a way, Å.
struct NoisyLength {
  double at = 0, error = 0;
};

// −ln p of a mixture with its gradient.
class Energy {
 public:
  explicit Energy(const ErrorMixture& mixture) : mixture_(&mixture) {
    narrowest_ = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      precisions_.push_back(mixture.covariances[c].inverse());
      log_weights_.push_back(std::log(std::max(mixture.weights[c], 1e-300)) -
                             0.5 * std::log(mixture.covariances[c].determinant()) -
                             0.5 * static_cast<double>(dimensions()) * std::log(2 * std::numbers::pi));
      narrowest_ = std::min(narrowest_, std::sqrt(1 / precisions_.back().trace()));
    }
  }

  Eigen::Index dimensions() const { return mixture_->means.front().size(); }
  /// Å: no component is narrower in any direction.
  double narrowest() const { return narrowest_; }
  const ErrorMixture& mixture() const { return *mixture_; }

  double operator()(const Coordinates& at) const {
    Coordinates unused;
    return evaluate(at, unused);
  }
  /// −∇F.
  Coordinates force(const Coordinates& at) const {
    Coordinates force;
    evaluate(at, force);
    return force;
  }

 private:
  double evaluate(const Coordinates& at, Coordinates& force) const {
    std::array<double, 64> terms{};
    const std::size_t count = std::min(mixture_->size(), terms.size());
    double top = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t c = 0; c < count; ++c) {
      const Coordinates away = at - mixture_->means[c];
      terms[c] = log_weights_[c] - 0.5 * away.dot(precisions_[c] * away);
      top = std::max(top, terms[c]);
    }
    force = Coordinates::Zero(dimensions());
    for (std::size_t c = 0; c < count; ++c) {
      const double share = std::exp(terms[c] - top);
      sum += share;
      force -= share * (precisions_[c] * (at - mixture_->means[c]));
    }
    force /= sum;
    return -(top + std::log(sum));
  }

  const ErrorMixture* mixture_;
  std::vector<CoordinateMatrix> precisions_;
  std::vector<double> log_weights_;
  double narrowest_ = 1;
};

// Uphill in density from the component of a state where it is highest.
Coordinates bottom_of(const Energy& energy, const State& state) {
  Coordinates at;
  double lowest = std::numeric_limits<double>::infinity();
  for (const std::size_t c : state.components) {
    const double here = energy(energy.mixture().means[c]);
    if (here >= lowest) continue;
    lowest = here;
    at = energy.mixture().means[c];
  }
  const double step = 0.3 * energy.narrowest() * energy.narrowest();
  for (int i = 0; i < ascents; ++i) at += step * energy.force(at);
  return at;
}

// A regular grid about all components.
class Grid {
 public:
  explicit Grid(const Energy& energy) {
    const ErrorMixture& mixture = energy.mixture();
    const Eigen::Index d = energy.dimensions();
    low_ = high_ = mixture.means.front();
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      const Coordinates reach = margin * mixture.covariances[c].diagonal().cwiseSqrt();
      low_ = low_.cwiseMin(mixture.means[c] - reach);
      high_ = high_.cwiseMax(mixture.means[c] + reach);
    }
    const double most = std::floor(std::pow(most_cells, 1.0 / static_cast<double>(d)));
    for (Eigen::Index a = 0; a < d; ++a) {
      const double wanted = cells_per_width * (high_[a] - low_[a]) / energy.narrowest();
      sides_.push_back(
          static_cast<int>(std::clamp<double>(wanted, least_side, std::min<double>(most, largest_side))));
    }
    step_.resize(d);
    for (Eigen::Index a = 0; a < d; ++a)
      step_[a] = (high_[a] - low_[a]) / (sides_[static_cast<std::size_t>(a)] - 1);
    for (int i = 0; i < cells(); ++i) energies_.push_back(energy(place(i)));
  }

  int cells() const {
    int product = 1;
    for (const int side : sides_) product *= side;
    return product;
  }
  Coordinates place(int cell) const {
    Coordinates at = low_;
    for (std::size_t a = 0; a < sides_.size(); ++a, cell /= sides_[a - 1])
      at[static_cast<Eigen::Index>(a)] += step_[static_cast<Eigen::Index>(a)] * (cell % sides_[a]);
    return at;
  }
  int nearest(const Coordinates& at) const {
    int cell = 0;
    for (std::size_t a = sides_.size(); a-- > 0;) {
      const auto axis = static_cast<Eigen::Index>(a);
      const auto index = static_cast<int>(std::lround((at[axis] - low_[axis]) / step_[axis]));
      cell = cell * sides_[a] + std::clamp(index, 0, sides_[a] - 1);
    }
    return cell;
  }
  double energy(int cell) const { return energies_[static_cast<std::size_t>(cell)]; }

  template <class Use>
  void for_each_neighbour(int cell, const Use& use) const {
    const std::size_t d = sides_.size();
    std::array<int, 4> index{}, offset{};
    for (std::size_t a = 0, rest = static_cast<std::size_t>(cell); a < d; ++a) {
      index[a] = static_cast<int>(rest % static_cast<std::size_t>(sides_[a]));
      rest /= static_cast<std::size_t>(sides_[a]);
    }
    int combinations = 1;
    for (std::size_t a = 0; a < d; ++a) combinations *= 3;
    for (int c = 0; c < combinations; ++c) {
      double length = 0;
      int other = 0, stride = 1;
      bool inside = true;
      for (std::size_t a = 0, rest = static_cast<std::size_t>(c); a < d; ++a, rest /= 3) {
        offset[a] = static_cast<int>(rest % 3) - 1;
        const int i = index[a] + offset[a];
        inside = inside && i >= 0 && i < sides_[a];
        length += std::pow(offset[a] * step_[static_cast<Eigen::Index>(a)], 2);
        other += i * stride;
        stride *= sides_[a];
      }
      if (inside && other != cell) use(other, std::sqrt(length));
    }
  }

 private:
  Coordinates low_, high_, step_;
  std::vector<int> sides_;
  std::vector<double> energies_;
};

// The way of least ∫ exp(F) ds from one cell to another (Dijkstra).
Points way_on(const Grid& grid, const Coordinates& from, const Coordinates& to, double lowest) {
  const int start = grid.nearest(from), end = grid.nearest(to), cells = grid.cells();
  const auto price = [&](int cell) { return std::exp(std::min(grid.energy(cell) - lowest, highest)); };
  std::vector<double> cost(static_cast<std::size_t>(cells), std::numeric_limits<double>::infinity());
  std::vector<int> before(static_cast<std::size_t>(cells), -1);
  using Entry = std::pair<double, int>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  cost[static_cast<std::size_t>(start)] = 0;
  open.emplace(0, start);
  while (!open.empty()) {
    const auto [paid, cell] = open.top();
    open.pop();
    if (cell == end) break;
    if (paid > cost[static_cast<std::size_t>(cell)]) continue;
    grid.for_each_neighbour(cell, [&](int other, double length) {
      const double total = paid + length * (price(cell) + price(other)) / 2;
      if (total >= cost[static_cast<std::size_t>(other)]) return;
      cost[static_cast<std::size_t>(other)] = total;
      before[static_cast<std::size_t>(other)] = cell;
      open.emplace(total, other);
    });
  }
  Points way{to};
  for (int cell = before[static_cast<std::size_t>(end)]; cell >= 0 && cell != start;
       cell = before[static_cast<std::size_t>(cell)])
    way.push_back(grid.place(cell));
  way.push_back(from);
  std::ranges::reverse(way);
  return way;
}

// `count` points equally far apart along a way.
Points equally_spaced(const Points& way, int count) {
  std::vector<double> length{0};
  for (std::size_t i = 1; i < way.size(); ++i) length.push_back(length.back() + (way[i] - way[i - 1]).norm());
  Points points;
  std::size_t piece = 1;
  for (int i = 0; i < count; ++i) {
    const double at = length.back() * i / (count - 1);
    while (piece + 1 < way.size() && length[piece] < at) ++piece;
    const double span = length[piece] - length[piece - 1];
    const double share = span > 0 ? std::clamp((at - length[piece - 1]) / span, 0.0, 1.0) : 0.0;
    points.push_back(way[piece - 1] + share * (way[piece] - way[piece - 1]));
  }
  return points;
}

// The string method: the ends stay, points between follow the force across the way.
Points let_down(const Energy& energy, Points points) {
  const double step = 0.2 * energy.narrowest() * energy.narrowest();
  for (int i = 0; i < relaxations; ++i) {
    Points next = points;
    for (std::size_t p = 1; p + 1 < points.size(); ++p) {
      const Coordinates along = (points[p + 1] - points[p - 1]).normalized();
      const Coordinates force = energy.force(points[p]);
      next[p] += step * (force - along.dot(force) * along);
    }
    points = equally_spaced(next, static_cast<int>(points.size()));
  }
  return points;
}

// The number of values that are expected within a standard error of the emptiest place of a way.
double fewest_on(const Energy& energy, const Points& points, std::span<const NoisyValue> values) {
  const Eigen::Index d = energy.dimensions();
  CoordinateMatrix error = CoordinateMatrix::Zero(d, d);
  for (const NoisyValue& value : values) error += value.covariance / static_cast<double>(values.size());
  const double volume =
      std::sqrt(error.determinant()) * std::pow(2 * std::numbers::pi, 0.5 * static_cast<double>(d));
  double fewest = std::numeric_limits<double>::infinity();
  for (const Coordinates& at : points)
    fewest = std::min(fewest, static_cast<double>(values.size()) * std::exp(-energy(at)) * volume);
  return fewest;
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

double length_of(const Points& way) {
  double length = 0;
  for (std::size_t i = 1; i < way.size(); ++i) length += (way[i] - way[i - 1]).norm();
  return length;
}

// The highest place between two bins, above the lowest on either side; wells may lie beyond the ends of the
// way.
void find_barriers(const Eigen::ArrayXd& energy, Eigen::Index from, Eigen::Index to, StatePath& path) {
  Eigen::Index top = 0;
  const double highest_energy = energy.segment(from, to - from + 1).maxCoeff(&top);
  top += from;
  path.barrier = highest_energy - energy.head(top + 1).minCoeff();
  path.barrier_back = highest_energy - energy.tail(energy.size() - top).minCoeff();
}

// Fills in the energies of a path. Where few values are a maximum likelihood has spikes, the highest of which
// would be the barrier: the density is blurred by half of Scott's bandwidth.
void find_energies(StatePath& path, const States& states, std::span<const NoisyValue> values, int replicates,
                   std::uint64_t seed) {
  constexpr double belongs = 0.5;
  std::vector<NoisyLength> lengths;
  double low = 0, high = length_of(path.points), least = std::numeric_limits<double>::infinity(), largest = 0;
  for (const NoisyValue& value : values) {
    const Eigen::VectorXd share = states.probabilities(value);
    if (share[static_cast<Eigen::Index>(path.from)] + share[static_cast<Eigen::Index>(path.to)] < belongs)
      continue;
    lengths.push_back(along_way(path.points, value));
    low = std::min(low, lengths.back().at);
    high = std::max(high, lengths.back().at);
    least = std::min(least, lengths.back().error);
    largest = std::max(largest, lengths.back().error);
  }
  NoisyHistogram histogram({low, high}, least, largest);
  for (std::size_t i = 0; i < lengths.size(); ++i)
    histogram.add(lengths[i].at, lengths[i].error, static_cast<int>(i % 2));
  Profile profile = deconvolved_profile(histogram, replicates, seed);
  const double wanted = 0.5 * histogram.moments().sd * std::pow(static_cast<double>(lengths.size()), -0.2);
  const double blur = std::sqrt(std::max(wanted * wanted - std::pow(profile.error / 3, 2), 0.0)) /
                      profile.axis.step(Profile::bins);  // the profile has a third of the errors already
  if (blur > least_blur) {
    const Eigen::MatrixXd kernel = blur_kernel(Profile::bins, blur);
    for (Eigen::ArrayXd* density : {&profile.density, &profile.low, &profile.high})
      if (density->size() > 0) *density = (kernel.transpose() * density->matrix()).array();
  }
  const EnergyProfile energy = energy_profile(profile, highest);
  const double step = profile.axis.step(Profile::bins),
               apart = length_of(path.points) / static_cast<double>(path.points.size() - 1);
  const auto bin_of = [&](std::size_t i) {
    const double at = (static_cast<double>(i) * apart - low) / step;
    return std::clamp<Eigen::Index>(static_cast<Eigen::Index>(at), 0, Profile::bins - 1);
  };
  find_barriers(energy.energy, bin_of(0), bin_of(path.points.size() - 1), path);
  for (std::size_t i = 0; i < path.points.size(); ++i) {
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
  const ErrorMixture seen = as_seen(states.mixture, values);
  const Energy energy(seen);
  const Grid grid(energy);
  Points bottoms;
  double lowest = std::numeric_limits<double>::infinity();
  for (const State& state : states.states) {
    bottoms.push_back(bottom_of(energy, state));
    lowest = std::min(lowest, energy(bottoms.back()));
  }
  struct Way {
    StatePath path;
    double top;
  };
  std::vector<Way> all;
  for (std::size_t to = 0; to < n; ++to)
    for (std::size_t from = 0; from < to; ++from) {
      const Points way =
          let_down(energy, equally_spaced(way_on(grid, bottoms[from], bottoms[to], lowest), beads));
      if (fewest_on(energy, way, values) < 1) continue;
      double top = lowest;
      for (const Coordinates& at : way) top = std::max(top, energy(at));
      all.push_back({{from, to, equally_spaced(way, frames), {}, {}, {}, 0, 0}, top});
    }
  // Of ways over one barrier the shortest.
  std::ranges::stable_sort(all, {}, [](const Way& way) {
    return std::pair(std::round(way.top / same_barrier), length_of(way.path.points));
  });
  std::vector<std::size_t> group(n);
  for (std::size_t s = 0; s < n; ++s) group[s] = s;
  std::vector<StatePath> joining;
  for (Way& way : all) {
    const std::size_t a = group[way.path.from], b = group[way.path.to];
    if (a == b) continue;
    std::ranges::replace(group, b, a);
    find_energies(way.path, states, values, replicates, seed);
    joining.push_back(std::move(way.path));
  }
  return joining;
}

}  // namespace elastem
