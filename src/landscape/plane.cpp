#include "landscape/plane.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/LU>

#include "core/error.hpp"
#include "core/random.hpp"
#include "landscape/blur.hpp"
#include "landscape/grid_deconvolution.hpp"
#include "landscape/image_groups.hpp"

namespace elastem {
namespace {

constexpr int bins = Plane::bins;
constexpr double smoothing = 0.35;       // of the errors
constexpr double wrong_width = 3;        // of the spread of the values
constexpr double least_density = 1e-12;  // of the highest: the energy of an empty cell

double centre(const GridAxis& axis, Eigen::Index bin) {
  return axis.low + (static_cast<double>(bin) + 0.5) * axis.step(bins);
}

double normal_density(const Eigen::Vector2d& away, const Eigen::Matrix2d& covariance) {
  return std::exp(-0.5 * away.dot(covariance.inverse() * away)) /
         (2 * M_PI * std::sqrt(covariance.determinant()));
}

struct Moments {
  Eigen::Vector2d mean = Eigen::Vector2d::Zero();
  Eigen::Matrix2d spread = Eigen::Matrix2d::Zero(), error = Eigen::Matrix2d::Zero();
};

Moments moments_of(std::span<const NoisyValue> values) {
  Moments m;
  double n = 0;
  for (const NoisyValue& value : values) n += value.weight;
  for (const NoisyValue& value : values) m.mean += value.weight * value.value / n;
  for (const NoisyValue& value : values) {
    const Eigen::Vector2d away = value.value - m.mean;
    m.spread += value.weight * away * away.transpose() / n;
    m.error += value.weight * value.covariance / n;
  }
  return m;
}

GridDeconvolution deconvolution_of(std::span<const NoisyValue> values, const GridAxis& x, const GridAxis& y,
                                   const Moments& moments) {
  const auto n = static_cast<Eigen::Index>(values.size());
  Eigen::MatrixXf likelihoods(n, bins * bins);
  Eigen::VectorXf wrong(n);
  const Eigen::Matrix2d cell =
      Eigen::Vector2d(std::pow(x.step(bins), 2) / 12, std::pow(y.step(bins), 2) / 12).asDiagonal();
  for (Eigen::Index v = 0; v < n; ++v) {
    const NoisyValue& value = values[static_cast<std::size_t>(v)];
    const Eigen::Matrix2d covariance = Eigen::Matrix2d(value.covariance) + cell,
                          inverse = covariance.inverse();
    const double norm = 1 / (2 * M_PI * std::sqrt(covariance.determinant()));
    const Eigen::Vector2d at = value.value;
    wrong[v] = static_cast<float>(normal_density(
        at - moments.mean, Eigen::Matrix2d(value.covariance) + wrong_width * wrong_width * moments.spread));
    for (Eigen::Index j = 0; j < bins; ++j)
      for (Eigen::Index i = 0; i < bins; ++i) {
        const Eigen::Vector2d away(at.x() - centre(x, i), at.y() - centre(y, j));
        likelihoods(v, j * bins + i) = static_cast<float>(norm * std::exp(-0.5 * away.dot(inverse * away)));
      }
  }
  return {std::move(likelihoods), std::move(wrong)};
}

}  // namespace

Eigen::ArrayXXd Plane::fine_density() const {
  const Eigen::Index side = 2 * bins;
  Eigen::ArrayXXd fine(side, side);
  const auto told = [&](Eigen::Index i, Eigen::Index j) {
    i = std::clamp<Eigen::Index>(i, 0, bins - 1);
    j = std::clamp<Eigen::Index>(j, 0, bins - 1);
    return resolved(i, j) ? density(i, j) : 0.0;
  };
  for (Eigen::Index j = 0; j < side; ++j)
    for (Eigen::Index i = 0; i < side; ++i) {
      const Eigen::Index a = i / 2, b = j / 2, other_a = i % 2 == 0 ? a - 1 : a + 1,
                         other_b = j % 2 == 0 ? b - 1 : b + 1;
      fine(i, j) =
          (9 * told(a, b) + 3 * told(other_a, b) + 3 * told(a, other_b) + told(other_a, other_b)) / 16;
    }
  return fine;
}

Plane deconvolved_plane(std::span<const NoisyValue> values, GridAxis x, GridAxis y, int replicates,
                        std::uint64_t seed) {
  require(values.size() >= 2, "a density is of some values");
  const Moments moments = moments_of(values);
  const GridDeconvolution deconvolution = deconvolution_of(values, x, y, moments);
  const auto n = static_cast<Eigen::Index>(values.size());
  const ImageGroups groups(values);
  const Eigen::VectorXf counts = groups.weights().cast<float>();
  Eigen::VectorXf first = counts;
  for (Eigen::Index v = 0; v < n; ++v)
    if (groups.of(static_cast<std::size_t>(v)) % 2 == 1) first[v] = 0;
  const double area = 2 * M_PI * std::sqrt(moments.error.determinant());
  Plane plane{x, y, {}, {}, 1 / (static_cast<double>(n) * area), 0};
  plane.iterations = deconvolution.held_out_iterations(first, counts - first);
  const auto sigma = [&](Eigen::Index axis, double step) {
    return std::max(smoothing * std::sqrt(moments.error(axis, axis)) / step, 0.5);
  };
  const Eigen::MatrixXd along_x = blur_kernel(bins, sigma(0, x.step(bins))),
                        along_y = blur_kernel(bins, sigma(1, y.step(bins)));
  const auto density_of = [&](const Eigen::VectorXf& of_values) {
    const Eigen::MatrixXd weights =
        deconvolution.weights(of_values, plane.iterations).cast<double>().reshaped(bins, bins);
    const Eigen::MatrixXd smooth = along_x.transpose() * weights * along_y;
    return Eigen::ArrayXXd(smooth.array() / (x.step(bins) * y.step(bins)));
  };
  plane.density = density_of(counts);
  if (replicates < 2) return plane;
  const double floor = least_density * plane.density.maxCoeff();
  Eigen::ArrayXXd sum = Eigen::ArrayXXd::Zero(bins, bins), squares = sum;
  for (int r = 0; r < replicates; ++r) {
    Random random(seed, Stream::split, static_cast<std::uint64_t>(r));
    const Eigen::ArrayXXd energy = density_of(groups.drawn(random).cast<float>()).max(floor).log();
    sum += energy;
    squares += energy.square();
  }
  plane.energy_error = ((squares - sum.square() / replicates) / (replicates - 1)).max(0).sqrt();
  return plane;
}

}  // namespace elastem
