#include "landscape/view_density.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr int rings = 30;
constexpr double ring_width = std::numbers::pi / 2 / rings;
constexpr double narrowest = 5, broadest = 25;  // degrees
constexpr double degree = std::numbers::pi / 180;

Eigen::Vector3d view(double rot, double tilt) {
  return {std::sin(tilt) * std::cos(rot), std::sin(tilt) * std::sin(rot), std::cos(tilt)};
}

}  // namespace

ViewDensity::ViewDensity() {
  for (int ring = 0; ring < rings; ++ring) {
    const double low = ring * ring_width, tilt = low + ring_width / 2;
    const int cells =
        std::max(1, static_cast<int>(std::lround(2 * std::numbers::pi * std::sin(tilt) / ring_width)));
    first_of_ring_.push_back(static_cast<int>(centres_.size()));
    for (int cell = 0; cell < cells; ++cell) {
      centres_.push_back(view((cell + 0.5) * 2 * std::numbers::pi / cells, tilt));
      areas_.push_back((std::cos(low) - std::cos(low + ring_width)) / cells);
    }
  }
  first_of_ring_.push_back(static_cast<int>(centres_.size()));
  counts_.assign(centres_.size(), 0);
}

int ViewDensity::cell_of(const Eigen::Vector3d& euler_angles) const {
  Eigen::Vector3d at = view(euler_angles[0] * degree, euler_angles[1] * degree);
  if (at.z() < 0) at = -at;
  const auto ring = static_cast<std::size_t>(
      std::clamp(static_cast<int>(std::acos(std::min(at.z(), 1.0)) / ring_width), 0, rings - 1));
  const int cells = first_of_ring_[ring + 1] - first_of_ring_[ring];
  double turn = std::atan2(at.y(), at.x()) / (2 * std::numbers::pi);
  turn -= std::floor(turn);
  return first_of_ring_[ring] + std::min(static_cast<int>(turn * cells), cells - 1);
}

ViewDensity::Weights ViewDensity::weights() const {
  std::int64_t total = 0;
  for (const std::int64_t count : counts_) total += count;
  require(total > 0, "the density of some views");
  const auto n = static_cast<double>(total);
  const double width = std::clamp(std::pow(n, -1.0 / 6) / degree, narrowest, broadest) * degree;
  const double sharpness = 1 / (width * width);
  Weights found;
  double sum = 0;
  for (const Eigen::Vector3d& at : centres_) {
    double density = 0, even = 0;  // of the views, and of as many that are even
    for (std::size_t c = 0; c < centres_.size(); ++c) {
      const double kernel = std::exp(sharpness * (std::abs(at.dot(centres_[c])) - 1));
      density += static_cast<double>(counts_[c]) * kernel;
      even += n * areas_[c] * kernel;
    }
    found.of_cells.push_back(std::min(even / std::max(density, 1e-300), most));
  }
  for (std::size_t c = 0; c < counts_.size(); ++c) sum += static_cast<double>(counts_[c]) * found.of_cells[c];
  double squares = 0;
  found.least = most;
  found.greatest = 0;
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    if (found.of_cells[c] == most) found.capped += counts_[c];
    found.of_cells[c] *= n / sum;
    if (counts_[c] == 0) continue;
    found.least = std::min(found.least, found.of_cells[c]);
    found.greatest = std::max(found.greatest, found.of_cells[c]);
    squares += static_cast<double>(counts_[c]) * found.of_cells[c] * found.of_cells[c];
  }
  found.effective = n * n / squares;
  return found;
}

}  // namespace elastem
