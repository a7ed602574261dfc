#include "structure/pseudoatoms.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "structure/gaussian_sum.hpp"

namespace elastem {

namespace {

constexpr double first_distance = 2.2;  // σ, between the pseudoatoms of the first round
constexpr double growth = 0.3;          // new pseudoatoms a round, of those there are
constexpr double farthest_step = 0.5;   // σ, of a pseudoatom in one round
constexpr double least_height = 0.01;   // of the mean height: less is taken out
constexpr int steps_a_round = 30;
constexpr double least_progress =
    0.01;  // share of the mean difference in `progress_steps`: less ends a round
constexpr int progress_steps = 5;
constexpr int most_rounds = 60;
constexpr int patience = 3;  // rounds that must lower the error by `least_gain` of it
constexpr double least_gain = 0.03;

// Points of which no two are nearer than a distance: a grid of cells of that side, each with a list.
class SpacedPoints {
 public:
  SpacedPoints(const std::array<std::int64_t, 3>& size, double distance) : distance_(distance) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      cells_[axis] = static_cast<std::int64_t>(static_cast<double>(size[axis]) / distance) + 1;
    last_.assign(static_cast<std::size_t>(cells_[0] * cells_[1] * cells_[2]), -1);
  }

  // Takes the point unless a taken one is nearer than the distance; returns that one's number, or −1.
  std::int64_t take(const Eigen::Vector3d& point) {
    const std::array<std::int64_t, 3> c = {cell(point, 0), cell(point, 1), cell(point, 2)};
    std::int64_t near = -1;
    double least = distance_ * distance_;
    for (std::int64_t z = std::max<std::int64_t>(c[2] - 1, 0); z <= std::min(c[2] + 1, cells_[2] - 1); ++z)
      for (std::int64_t y = std::max<std::int64_t>(c[1] - 1, 0); y <= std::min(c[1] + 1, cells_[1] - 1); ++y)
        for (std::int64_t x = std::max<std::int64_t>(c[0] - 1, 0); x <= std::min(c[0] + 1, cells_[0] - 1);
             ++x)
          for (std::int64_t i = last_[index({x, y, z})]; i >= 0; i = previous_[static_cast<std::size_t>(i)]) {
            const double squared = (points_[static_cast<std::size_t>(i)] - point).squaredNorm();
            if (squared < least) {
              least = squared;
              near = i;
            }
          }
    if (near >= 0) return near;
    std::int64_t& last = last_[index(c)];
    previous_.push_back(last);
    last = static_cast<std::int64_t>(points_.size());
    points_.push_back(point);
    return -1;
  }

 private:
  std::int64_t cell(const Eigen::Vector3d& point, Eigen::Index axis) const {
    const auto at = static_cast<std::int64_t>(std::floor((point(axis) + 0.5) / distance_));
    return std::clamp<std::int64_t>(at, 0, cells_[static_cast<std::size_t>(axis)] - 1);
  }
  std::size_t index(const std::array<std::int64_t, 3>& c) const {
    return static_cast<std::size_t>((c[2] * cells_[1] + c[1]) * cells_[0] + c[0]);
  }

  double distance_;
  std::array<std::int64_t, 3> cells_{};
  std::vector<std::int64_t> last_, previous_;
  std::vector<Eigen::Vector3d> points_;
};

Gaussians chosen(const Gaussians& gaussians, const std::vector<Eigen::Index>& columns) {
  Gaussians result(4, static_cast<Eigen::Index>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i)
    result.col(static_cast<Eigen::Index>(i)) = gaussians.col(columns[i]);
  return result;
}

// The bits of x, y and z by turns (Morton 1966): near in this order is near in space.
std::uint64_t morton(const Eigen::Vector3d& point) {
  std::uint64_t code = 0;
  for (int axis = 0; axis < 3; ++axis) {
    const auto at = static_cast<std::uint64_t>(std::max(0.0, 2 * (point(axis) + 0.5)));
    for (int bit = 0; bit < 21; ++bit) code |= (at >> bit & 1) << (3 * bit + axis);
  }
  return code;
}

Gaussians in_morton_order(const Gaussians& gaussians) {
  std::vector<std::pair<std::uint64_t, Eigen::Index>> order;
  for (Eigen::Index a = 0; a < gaussians.cols(); ++a)
    order.emplace_back(morton(gaussians.col(a).head<3>()), a);
  std::sort(order.begin(), order.end());
  std::vector<Eigen::Index> columns;
  for (const auto& entry : order) columns.push_back(entry.second);
  return chosen(gaussians, columns);
}

// Minimises the sum of squares over a box around the start by projected gradients with the spectral step
// length of Barzilai and Borwein, not necessarily descending in every step (Birgin, Martínez & Raydan 2000).
class Descent {
 public:
  Descent(GaussianSum& sum, const std::array<std::int64_t, 3>& size, double sigma, double target)
      : sum_(sum), size_(size), sigma_(sigma), target_(target) {}

  // Moves positions by at most `reach` along each axis; 0 for the heights alone. Ends at the target.
  void run(Gaussians& gaussians, double reach) {
    bound(gaussians, reach);
    Gaussians gradient, next_gradient;
    std::deque<double> values = {evaluate(gaussians, gradient)};
    std::vector<double> differences = {sum_.mean_difference()};
    double length = 0.25;  // about the overlap with neighbours, which the curvature of each alone leaves out
    for (int step = 0; step < steps_a_round && differences.back() > target_; ++step) {
      const Gaussians way =
          projected(gaussians - length * curvature_.cwiseInverse().cwiseProduct(gradient)) - gaussians;
      const double slope = way.cwiseProduct(gradient).sum();
      if (!(slope < 0)) break;
      const double highest = *std::max_element(values.begin(), values.end());
      double share = 1, value = 0;
      Gaussians next;
      for (;;) {
        next = gaussians + share * way;
        value = evaluate(next, next_gradient);
        if (value <= highest + 1e-4 * share * slope || share < 1e-3) break;
        const double minimum = -0.5 * share * share * slope / (value - values.back() - share * slope);
        share = minimum >= 0.1 * share && minimum <= 0.9 * share ? minimum : share / 2;
      }
      const Gaussians moved = next - gaussians;
      const double bend = moved.cwiseProduct(next_gradient - gradient).sum();
      const double size = moved.cwiseAbs2().cwiseProduct(curvature_).sum();
      length = bend > 0 ? std::clamp(size / bend, 1e-3, 1e3) : 1;
      gaussians = next;
      gradient = next_gradient;
      values.push_back(value);
      if (values.size() > 5) values.pop_front();
      differences.push_back(sum_.mean_difference());
      if (differences.size() > progress_steps &&
          differences.back() > (1 - least_progress) * differences[differences.size() - 1 - progress_steps])
        break;
    }
  }

  int evaluations() const { return evaluations_; }

 private:
  double evaluate(const Gaussians& gaussians, Gaussians& gradient) {
    ++evaluations_;
    return sum_.squares(gaussians, gradient);
  }

  // The box, and the second derivatives of each Gaussian alone: 2 Σ (∂ρ'/∂h)² = 2 (πσ²)^{3/2}, along x
  // h²/(2σ²) times as much.
  void bound(const Gaussians& start, double reach) {
    const double alone = 2 * std::pow(std::numbers::pi * sigma_ * sigma_, 1.5);
    const double mean = std::max(start.row(3).mean(), std::numeric_limits<double>::min());
    low_ = start;
    high_ = start;
    curvature_.resize(4, start.cols());
    for (Eigen::Index a = 0; a < start.cols(); ++a) {
      for (Eigen::Index axis = 0; axis < 3; ++axis) {
        const double end = static_cast<double>(size_[static_cast<std::size_t>(axis)]) - 0.5;
        low_(axis, a) = std::max(start(axis, a) - reach, -0.5);
        high_(axis, a) = std::min(start(axis, a) + reach, end);
        const double height = std::max(start(3, a), 0.3 * mean);
        curvature_(axis, a) = alone * height * height / (2 * sigma_ * sigma_);
      }
      low_(3, a) = 0;
      high_(3, a) = std::numeric_limits<double>::max();
      curvature_(3, a) = alone;
    }
  }

  Gaussians projected(const Gaussians& point) const { return point.cwiseMax(low_).cwiseMin(high_); }

  GaussianSum& sum_;
  std::array<std::int64_t, 3> size_;
  double sigma_, target_;
  Gaussians low_, high_, curvature_;
  int evaluations_ = 0;
};

// The rounds of a fit, everything in voxels and in units of the range.
class Fit {
 public:
  Fit(const DensitySlab& slab, const PseudoatomOptions& options, const SumOverRanks& sum)
      : size_(slab.size),
        options_(options),
        sum_(slab, options.sigma, options.range, sum),
        descent_(sum_, slab.size, options.sigma, options.error) {}

  Pseudoatoms run() {
    Gaussians none(4, 0), gradient;
    sum_.squares(none, gradient);
    int round = 0;
    std::vector<double> errors;
    while (sum_.mean_difference() > options_.error || gaussians_.cols() == 0) {
      const bool stalled = round > patience && errors.back() > (1 - least_gain) * errors.end()[-1 - patience];
      if (stalled || round == most_rounds || !grow(round == 0 ? first_distance : least_pseudoatom_distance))
        give_up();
      ++round;
      const Gaussians before = gaussians_;
      descent_.run(gaussians_, farthest_step * options_.sigma);
      if (thin(before)) descent_.run(gaussians_, 0);
      errors.push_back(sum_.mean_difference());
    }
    return {gaussians_.topRows<3>(), options_.range * gaussians_.row(3).transpose(), sum_.mean_difference(),
            round, descent_.evaluations()};
  }

 private:
  // New pseudoatoms in the most lacking cells, at least `distance` σ from all others; false where there is no
  // room.
  bool grow(double distance) {
    const auto most = gaussians_.cols() == 0
                          ? std::numeric_limits<Eigen::Index>::max()
                          : static_cast<Eigen::Index>(growth * static_cast<double>(gaussians_.cols())) + 1;
    SpacedPoints points(size_, distance * options_.sigma);
    for (Eigen::Index a = 0; a < gaussians_.cols(); ++a) points.take(gaussians_.col(a).head<3>());
    // Nothing is missing where the map is met to a tenth of the error asked for.
    const auto cells = sum_.lacking_cells(pseudoatom_layer(options_.sigma), options_.error / 10);
    std::vector<Eigen::Vector4d> taken;
    for (const LackingCell& cell : cells) {
      if (static_cast<Eigen::Index>(taken.size()) == most) break;
      const Eigen::Vector3d at(static_cast<double>(cell.voxel % size_[0]),
                               static_cast<double>(cell.voxel / size_[0] % size_[1]),
                               static_cast<double>(cell.voxel / size_[0] / size_[1]));
      if (points.take(at) < 0) taken.emplace_back(at.x(), at.y(), at.z(), cell.lack);
    }
    const Eigen::Index old = gaussians_.cols();
    gaussians_.conservativeResize(4, old + static_cast<Eigen::Index>(taken.size()));
    for (std::size_t i = 0; i < taken.size(); ++i)
      gaussians_.col(old + static_cast<Eigen::Index>(i)) = taken[i];
    gaussians_ = in_morton_order(gaussians_);
    return !taken.empty();
  }

  // Those that left Ω go back to where they were `before`; the weak ones, and those too near to a stronger
  // one, are taken out. Whether there was any.
  bool thin(const Gaussians& before) {
    const std::vector<bool> inside = sum_.inside(gaussians_);
    bool changed = false;
    for (Eigen::Index a = 0; a < gaussians_.cols(); ++a) {
      if (inside[static_cast<std::size_t>(a)]) continue;
      gaussians_.col(a).head<3>() = before.col(a).head<3>();
      changed = true;
    }
    std::vector<Eigen::Index> order(static_cast<std::size_t>(gaussians_.cols())), kept;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](Eigen::Index a, Eigen::Index b) { return gaussians_(3, a) > gaussians_(3, b); });
    SpacedPoints points(size_, least_pseudoatom_distance * options_.sigma);
    const double least = least_height * gaussians_.row(3).mean();
    for (const Eigen::Index a : order) {
      if (!(gaussians_(3, a) > least)) continue;
      const std::int64_t near = points.take(gaussians_.col(a).head<3>());
      if (near < 0)
        kept.push_back(a);
      else
        gaussians_(3, kept[static_cast<std::size_t>(near)]) += gaussians_(3, a);
    }
    changed = changed || static_cast<Eigen::Index>(kept.size()) < gaussians_.cols();
    gaussians_ = in_morton_order(chosen(gaussians_, kept));
    return changed;
  }

  [[noreturn]] void give_up() const {
    throw Error(
        fmt::format("the map cannot be described by pseudoatoms of this width to that error: with {} of them "
                    "it is {:.2f} %, "
                    "not the {:.2f} % asked for. Give a smaller --pseudoatom-sigma or a larger --map-error, "
                    "or filter the map "
                    "to a lower resolution.",
                    gaussians_.cols(), 100 * sum_.mean_difference(), 100 * options_.error));
  }

  std::array<std::int64_t, 3> size_;
  PseudoatomOptions options_;
  GaussianSum sum_;
  Descent descent_;
  Gaussians gaussians_{4, 0};
};

}  // namespace

std::int64_t pseudoatom_layer(double sigma_voxels) {
  return std::max<std::int64_t>(1, std::llround(least_pseudoatom_distance * sigma_voxels));
}

Pseudoatoms fit_pseudoatoms(const DensitySlab& slab, const PseudoatomOptions& options,
                            const SumOverRanks& sum) {
  require(options.sigma > 0 && options.error > 0 && options.range > 0, "a width, an error and a range");
  return Fit(slab, options, sum).run();
}

}  // namespace elastem
