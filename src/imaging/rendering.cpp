#include "imaging/rendering.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "core/error.hpp"
#include "imaging/fourier_crop.hpp"

namespace elastem {

namespace {

/// σ of what is drawn on a coarse grid, in pixels: the most for footprints of four and of three pixels.
constexpr double narrowest_atom = 0.93, narrowest_bead = 0.69;
constexpr double spare = 0.8;  // of the resolution: the grid's own
constexpr double cell_share = 0.45;

double narrowest_sigma(const ElasticModel& model) {
  double sigma = std::numeric_limits<double>::infinity();
  for (const AtomKind& kind : model.kinds)
    for (const GaussianTerm& term : kind) sigma = std::min(sigma, term.sigma);
  return sigma;
}

/// exp(2π²·variance·k²) on the half grid.
std::vector<float> deblurring_half_grid(double variance, ImageGrid grid) {
  std::vector<float> factors;
  const double box = grid.size * grid.pixel_size;
  const double exponent = 2 * std::numbers::pi * std::numbers::pi * variance / (box * box);
  for (int row = 0; row < grid.size; ++row) {
    const int ky = row <= grid.size / 2 ? row : row - grid.size;
    for (int kx = 0; kx <= grid.size / 2; ++kx)
      factors.push_back(static_cast<float>(std::exp(exponent * (kx * kx + ky * ky))));
  }
  return factors;
}

/// `model` on the coarser grid that `resolution` allows, if there is one, its Gaussians of at least
/// `narrowest` pixels.
Rendering drawn_coarsely(const ElasticModel& model, ImageGrid full, double resolution, double narrowest) {
  Rendering drawn{model, cropped_grid(full, spare * resolution), resolution, {}};
  if (drawn.grid.size == full.size) return drawn;
  const double least = narrowest * drawn.grid.pixel_size, present = narrowest_sigma(model);
  if (present >= least) return drawn;
  const double variance = least * least - present * present;
  for (AtomKind& kind : drawn.model.kinds)
    for (GaussianTerm& term : kind) term.sigma = std::sqrt(term.sigma * term.sigma + variance);
  drawn.deblurring = deblurring_half_grid(variance, drawn.grid);
  return drawn;
}

/// Weight and variance of an atom taken as one Gaussian.
GaussianTerm single_gaussian(const ElasticModel& model, Eigen::Index atom) {
  GaussianTerm sum{0, 0};
  for (const GaussianTerm& term : model.kind(atom)) {
    sum.weight += term.weight;
    sum.sigma += term.weight * term.sigma * term.sigma;
  }
  return {model.weights[atom] * sum.weight, std::sqrt(sum.sigma / sum.weight)};
}

}  // namespace

double Rendering::band_radius() const {
  return resolution > 0 ? grid.size * grid.pixel_size / resolution : std::numeric_limits<double>::infinity();
}

Rendering rendering(const ElasticModel& model, ImageGrid full, double resolution) {
  return resolution > 0 ? drawn_coarsely(model, full, resolution, narrowest_atom)
                        : Rendering{model, full, 0, {}};
}

Rendering bead_rendering(const ElasticModel& model, ImageGrid full, double resolution) {
  require(resolution > 0, "beads are for a resolution");
  return drawn_coarsely(beads(model, cell_share * resolution), full, resolution, narrowest_bead);
}

ElasticModel beads(const ElasticModel& model, double cell) {
  require(cell > 0, "a cell has a side");
  std::map<std::array<long, 3>, std::vector<Eigen::Index>> cells;
  for (Eigen::Index a = 0; a < model.atom_count(); ++a) {
    const Eigen::Array3d place = (model.positions.col(a) / cell).array().floor();
    cells[{static_cast<long>(place[0]), static_cast<long>(place[1]), static_cast<long>(place[2])}].push_back(
        a);
  }
  const auto count = static_cast<Eigen::Index>(cells.size());
  ElasticModel result;
  result.mode_numbers = model.mode_numbers;
  result.positions = Eigen::Matrix3Xd::Zero(3, count);
  result.weights = Eigen::VectorXd::Zero(count);
  std::vector<Eigen::Matrix3Xd> modes(model.modes.size(), Eigen::Matrix3Xd::Zero(3, count)),
      rotations(model.rotations.size(), Eigen::Matrix3Xd::Zero(3, count));
  double variance = 0;
  Eigen::Index bead = 0;
  for (const auto& [place, atoms] : cells) {
    auto centre = result.positions.col(bead);
    double& weight = result.weights[bead];
    for (const Eigen::Index a : atoms) {
      const double w = single_gaussian(model, a).weight;
      weight += w;
      centre += w * model.positions.col(a);
      for (std::size_t k = 0; k < model.modes.size(); ++k)
        modes[k].col(bead) += w * model.modes[k].values().col(a);
      for (std::size_t k = 0; k < model.rotations.size(); ++k)
        rotations[k].col(bead) += w * model.rotations[k].values().col(a);
    }
    if (weight == 0) weight = 1e-30;  // nothing to see, and nothing to divide by
    centre /= weight;
    for (auto* vectors : {&modes, &rotations})
      for (auto& vector : *vectors) vector.col(bead) /= weight;
    for (const Eigen::Index a : atoms) {
      const GaussianTerm atom = single_gaussian(model, a);
      variance +=
          atom.weight * (atom.sigma * atom.sigma + (model.positions.col(a) - centre).squaredNorm() / 3);
    }
    ++bead;
  }
  result.modes.assign(modes.begin(), modes.end());
  result.rotations.assign(rotations.begin(), rotations.end());
  result.kinds = {{{1.0, std::sqrt(variance / result.weights.sum())}}};
  return result;
}

}  // namespace elastem
