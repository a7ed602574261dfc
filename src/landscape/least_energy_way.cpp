#include "landscape/least_energy_way.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <queue>

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace elastem {
namespace {

constexpr double highest = 30;         // kT: what is above costs as much
constexpr double most_cells = 150000;  // of the grid
constexpr double cells_per_width = 2;  // of the narrowest component
constexpr int largest_side = 400, least_side = 12, beads = 64, relaxations = 400, ascents = 200;
constexpr double margin = 2;  // standard deviations of a component about its mean

using Points = std::vector<Coordinates>;

// The string method: the ends stay, points between follow the force across the way.
Points let_down(const MixtureEnergy& energy, Points points) {
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

}  // namespace

MixtureEnergy::MixtureEnergy(const ErrorMixture& mixture) : mixture_(&mixture) {
  narrowest_ = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < mixture.size(); ++c) {
    precisions_.push_back(mixture.covariances[c].inverse());
    log_weights_.push_back(std::log(std::max(mixture.weights[c], 1e-300)) -
                           0.5 * std::log(mixture.covariances[c].determinant()) -
                           0.5 * static_cast<double>(dimensions()) * std::log(2 * std::numbers::pi));
    narrowest_ = std::min(narrowest_, std::sqrt(1 / precisions_.back().trace()));
  }
}

double MixtureEnergy::operator()(const Coordinates& at) const {
  Coordinates unused;
  return evaluate(at, unused);
}

Coordinates MixtureEnergy::force(const Coordinates& at) const {
  Coordinates force;
  evaluate(at, force);
  return force;
}

Coordinates MixtureEnergy::bottom_near(Coordinates at) const {
  const double step = 0.3 * narrowest_ * narrowest_;
  for (int i = 0; i < ascents; ++i) at += step * force(at);
  return at;
}

std::size_t MixtureEnergy::component_at(const Coordinates& at) const {
  std::size_t most = 0;
  for (std::size_t c = 1; c < mixture_->size(); ++c)
    if (term(c, at) > term(most, at)) most = c;
  return most;
}

double MixtureEnergy::term(std::size_t component, const Coordinates& at) const {
  const Coordinates away = at - mixture_->means[component];
  return log_weights_[component] - 0.5 * away.dot(precisions_[component] * away);
}

double MixtureEnergy::evaluate(const Coordinates& at, Coordinates& force) const {
  std::array<double, 64> terms{};
  const std::size_t count = std::min(mixture_->size(), terms.size());
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t c = 0; c < count; ++c) {
    terms[c] = term(c, at);
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

LeastEnergyWays::LeastEnergyWays(const MixtureEnergy& energy) : energy_(&energy) {
  const ErrorMixture& mixture = energy.mixture();
  const Eigen::Index d = energy.dimensions();
  low_ = high_ = mixture.means.front();
  for (std::size_t c = 0; c < mixture.size(); ++c) {
    const Coordinates reach = margin * mixture.covariances[c].diagonal().cwiseSqrt();
    low_ = low_.cwiseMin(mixture.means[c] - reach);
    high_ = high_.cwiseMax(mixture.means[c] + reach);
  }
  const double most = std::floor(std::pow(most_cells, 1.0 / static_cast<double>(d)));
  int cells = 1;
  step_.resize(d);
  for (Eigen::Index a = 0; a < d; ++a) {
    const double wanted = cells_per_width * (high_[a] - low_[a]) / energy.narrowest();
    sides_.push_back(
        static_cast<int>(std::clamp<double>(wanted, least_side, std::min<double>(most, largest_side))));
    step_[a] = (high_[a] - low_[a]) / (sides_.back() - 1);
    cells *= sides_.back();
  }
  for (int i = 0; i < cells; ++i) energies_.push_back(energy(place(i)));
}

Coordinates LeastEnergyWays::place(int cell) const {
  Coordinates at = low_;
  for (std::size_t a = 0; a < sides_.size(); ++a, cell /= sides_[a - 1])
    at[static_cast<Eigen::Index>(a)] += step_[static_cast<Eigen::Index>(a)] * (cell % sides_[a]);
  return at;
}

int LeastEnergyWays::nearest(const Coordinates& at) const {
  int cell = 0;
  for (std::size_t a = sides_.size(); a-- > 0;) {
    const auto axis = static_cast<Eigen::Index>(a);
    const double index = std::clamp((at[axis] - low_[axis]) / step_[axis], 0.0, sides_[a] - 1.0);
    cell = cell * sides_[a] + static_cast<int>(std::lround(index));
  }
  return cell;
}

template <class Use>
void LeastEnergyWays::for_each_neighbour(int cell, const Use& use) const {
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

Points LeastEnergyWays::on_grid(const Coordinates& from, const Coordinates& to, double lowest) const {
  const int start = nearest(from), end = nearest(to);
  const auto price = [&](int cell) {
    return std::exp(std::min(energies_[static_cast<std::size_t>(cell)] - lowest, highest));
  };
  std::vector<double> cost(energies_.size(), std::numeric_limits<double>::infinity());
  std::vector<int> before(energies_.size(), -1);
  using Entry = std::pair<double, int>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  cost[static_cast<std::size_t>(start)] = 0;
  open.emplace(0, start);
  while (!open.empty()) {
    const double paid = open.top().first;
    const int cell = open.top().second;
    open.pop();
    if (cell == end) break;
    if (paid > cost[static_cast<std::size_t>(cell)]) continue;
    for_each_neighbour(cell, [&](int other, double length) {
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
    way.push_back(place(cell));
  way.push_back(from);
  std::ranges::reverse(way);
  return way;
}

std::vector<Coordinates> equally_spaced(const std::vector<Coordinates>& way, int count) {
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

std::vector<Coordinates> LeastEnergyWays::between(const Coordinates& from, const Coordinates& to,
                                                  double lowest) const {
  return let_down(*energy_, equally_spaced(on_grid(from, to, lowest), beads));
}

double length_of(const std::vector<Coordinates>& way) {
  double length = 0;
  for (std::size_t i = 1; i < way.size(); ++i) length += (way[i] - way[i - 1]).norm();
  return length;
}

double fewest_on(const MixtureEnergy& energy, const std::vector<Coordinates>& places,
                 std::span<const NoisyValue> values) {
  const Eigen::Index d = energy.dimensions();
  CoordinateMatrix error = CoordinateMatrix::Zero(d, d);
  for (const NoisyValue& value : values) error += value.covariance / static_cast<double>(values.size());
  const double volume =
      std::sqrt(error.determinant()) * std::pow(2 * std::numbers::pi, 0.5 * static_cast<double>(d));
  double fewest = std::numeric_limits<double>::infinity();
  for (const Coordinates& at : places)
    fewest = std::min(fewest, static_cast<double>(values.size()) * std::exp(-energy(at)) * volume);
  return fewest;
}

}  // namespace elastem
