#include "reconstruction/postprocess.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/half_volume.hpp"
#include "reconstruction/shell_correlation.hpp"

namespace elastem {
namespace {

constexpr double coarsest_of_line = 10;          // Å
constexpr std::size_t least_shells_of_line = 3;  // two make a line of any noise
constexpr double vanishing = 1e-4;               // a correlation
constexpr double resolved = 0.143;
constexpr double low_pass_edge = 2;  // shells

}  // namespace

ShellAmplitudes::ShellAmplitudes(int side_of_volume)
    : side(side_of_volume), sums(static_cast<std::size_t>(side_of_volume / 2 + 1)), counts(sums.size()) {}

std::vector<double> ShellAmplitudes::logarithms() const {
  std::vector<double> values(sums.size(), no_amplitude);
  const double voxels = std::pow(side, 3);
  for (std::size_t shell = 0; shell < sums.size(); ++shell)
    if (sums[shell] > 0) values[shell] = std::log(sums[shell] / (counts[shell] * voxels));
  return values;
}

void add_amplitudes(ShellAmplitudes& amplitudes, int first_plane,
                    std::span<const std::complex<double>> terms) {
  for_each_term(amplitudes.side, first_plane, terms.size(), [&](std::size_t i, int x, int y, int z) {
    const std::size_t shell = shell_of_term(x, y, z);
    if (shell >= amplitudes.sums.size()) return;
    amplitudes.sums[shell] += std::abs(terms[i]);
    amplitudes.counts[shell] += 1;
  });
}

std::vector<double> correlation_weights(const std::vector<double>& correlation) {
  std::vector<double> weights(correlation.size(), 0.0);
  for (std::size_t shell = 0; shell < weights.size(); ++shell) {
    if (shell > 0 && correlation[shell] < vanishing) break;
    weights[shell] = shell == 0 ? 1 : std::sqrt(2 * correlation[shell] / (1 + correlation[shell]));
  }
  return weights;
}

std::optional<GuinierLine> guinier_line(const std::vector<double>& logarithms, ImageGrid grid,
                                        double resolution) {
  const double box = grid.size * grid.pixel_size;
  std::vector<double> x, y;
  for (std::size_t shell = 1; shell < logarithms.size(); ++shell) {
    const double detail = box / static_cast<double>(shell);
    if (detail > coarsest_of_line || detail < resolution) continue;
    if (logarithms[shell] == ShellAmplitudes::no_amplitude) continue;
    x.push_back(1 / (detail * detail));
    y.push_back(logarithms[shell]);
  }
  if (x.size() < least_shells_of_line) return std::nullopt;
  const Eigen::Map<const Eigen::ArrayXd> at(x.data(), std::ssize(x)), value(y.data(), std::ssize(y));
  const Eigen::ArrayXd across = at - at.mean(), up = value - value.mean();
  const double product = (across * up).sum(), square = across.square().sum();
  const double scatter = std::sqrt(square * up.square().sum());
  const double slope = product / square;
  return GuinierLine{slope, value.mean() - slope * at.mean(), scatter > 0 ? product / scatter : 0};
}

void choose_sharpening(Postprocessing& processing) {
  const ImageGrid grid = processing.grid;
  const std::vector<double>& best = processing.curves.best();
  require(best.size() == processing.original.size(), "curves and amplitudes of the same shells");
  processing.resolution = resolution_at(best, resolved, grid.size, grid.pixel_size);
  const std::vector<double> weights = correlation_weights(best);
  processing.weighted = processing.original;
  for (std::size_t shell = 0; shell < weights.size(); ++shell) {
    double& value = processing.weighted[shell];
    if (value == ShellAmplitudes::no_amplitude) continue;
    value = weights[shell] > 0 ? value + std::log(weights[shell]) : ShellAmplitudes::no_amplitude;
  }
  processing.line = guinier_line(processing.weighted, grid, processing.resolution);
  if (!processing.given)
    processing.b_factor = processing.line ? std::min(processing.line->b_factor(), 0.0) : 0;
}

PostprocessFilter::PostprocessFilter(const Postprocessing& processing)
    : weights_(correlation_weights(processing.curves.best())) {
  const double box = processing.grid.size * processing.grid.pixel_size;
  exponent_ = -processing.b_factor / (4 * box * box);
  limit_ = box / processing.resolution;
}

double PostprocessFilter::sharpening(double radius, std::size_t shell) const {
  return shell < weights_.size() ? weights_[shell] * std::exp(exponent_ * radius * radius) : 0;
}

double PostprocessFilter::low_pass(double radius) const {
  return soft_sphere(radius, limit_ - low_pass_edge / 2, low_pass_edge);
}

}  // namespace elastem
