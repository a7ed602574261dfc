#include "alignment/refinement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

#include "core/error.hpp"

namespace elastem {

namespace {

/// The longest step that one iteration may take: beyond it the linear model of the image is worthless.
constexpr double longest_turn = 0.35;  // radians
constexpr double longest_shift_px = 4;
constexpr double longest_amplitude = 0.5;  // of the prior's standard deviation

/// Single-precision products in blocks this long, summed in double: χ² differences below 1 must not drown.
constexpr Eigen::Index sum_block = 256;

}  // namespace

Placement moved(const Placement& from, const Eigen::VectorXd& step) {
  const Eigen::Index k = from.amplitudes.size();
  Placement to;
  to.amplitudes = from.amplitudes + step.head(k);
  to.rotation = rotation_increment(step.segment<3>(k)) * from.rotation;
  to.shift = from.shift + step.tail<2>();
  return to;
}

Refiner::Refiner(const ElasticModel& model, ImageGrid grid, double prior_sd)
    : grid_(grid), prior_sd_(prior_sd), projector_(model, grid), fft_(grid.size) {
  require(prior_sd > 0, "a prior has a width");
  const double step = 1.0 / (grid.size * grid.pixel_size);
  for (int row = 0; row < grid.size; ++row) {
    const int ky = row <= grid.size / 2 ? row : row - grid.size;
    for (int kx = 0; kx <= grid.size / 2; ++kx) {
      squared_frequency_.push_back(step * step * (kx * kx + ky * ky));
    }
  }
}

void Refiner::observe(const Spectrum& spectrum, const std::vector<float>& transfer,
                      const std::vector<double>& noise_power) {
  const std::size_t terms = squared_frequency_.size();
  require(static_cast<std::size_t>(spectrum.size()) == terms && transfer.size() == terms &&
              noise_power.size() == terms,
          "one value a term of the half grid");
  data_.resize(spectrum.rows(), spectrum.cols());
  factor_.resize(terms);
  const int columns = grid_.size / 2 + 1;
  for (std::size_t t = 0; t < terms; ++t) {
    const int multiplicity = column_multiplicity(static_cast<int>(t) % columns, grid_.size);
    const auto whitening = static_cast<float>(std::sqrt(multiplicity / noise_power[t]));
    factor_[t] = whitening * transfer[t];
    data_.data()[t] = whitening * spectrum.data()[t];
  }
  band_resolution_ = -1;
}

void Refiner::choose_band(double resolution) {
  if (resolution == band_resolution_) return;
  band_resolution_ = resolution;
  const double limit =
      resolution > 0 ? 1.0 / (resolution * resolution) : std::numeric_limits<double>::infinity();
  band_.clear();
  band_terms_ = 0;
  for (std::size_t t = 1; t < squared_frequency_.size(); ++t) {
    if (squared_frequency_[t] > limit) continue;
    band_.push_back(static_cast<int>(t));
    band_terms_ += column_multiplicity(static_cast<int>(t) % (grid_.size / 2 + 1), grid_.size);
  }
  const auto rows = static_cast<Eigen::Index>(2 * band_.size());
  columns_.resize(rows, projector_.parameter_count() + 2);
  float* data = columns_.col(columns_.cols() - 1).data();
  for (const int t : band_) {
    *data++ = data_.data()[t].real();
    *data++ = data_.data()[t].imag();
  }
}

void Refiner::transform(const Image& image, Eigen::Index column) {
  fft_.forward(image, spectrum_);
  float* values = columns_.col(column).data();
  for (const int t : band_) {
    const std::complex<float> value = factor_[static_cast<std::size_t>(t)] * spectrum_.data()[t];
    *values++ = value.real();
    *values++ = value.imag();
  }
}

double Refiner::objective(const Placement& at) {
  const Eigen::Index image = projector_.parameter_count();
  projector_.project(at.amplitudes, at.rotation, at.shift, image_);
  transform(image_, image);
  double image_image = 0, image_data = 0, data_data = 0;
  for (Eigen::Index first = 0; first < columns_.rows(); first += sum_block) {
    const Eigen::Index rows = std::min(sum_block, columns_.rows() - first);
    const auto model = columns_.col(image).segment(first, rows);
    const auto data = columns_.col(image + 1).segment(first, rows);
    image_image += model.squaredNorm();
    image_data += model.dot(data);
    data_data += data.squaredNorm();
  }
  const double drop = image_data > 0 && image_image > 0 ? image_data * image_data / image_image : 0;
  return data_data - drop + at.amplitudes.squaredNorm() / (prior_sd_ * prior_sd_);
}

Eigen::MatrixXd Refiner::gram(const Placement& at) {
  projector_.project_with_derivatives(at.amplitudes, at.rotation, at.shift, image_, derivatives_);
  const Eigen::Index parameters = projector_.parameter_count();
  for (Eigen::Index c = 0; c < parameters; ++c) transform(derivatives_[static_cast<std::size_t>(c)], c);
  transform(image_, parameters);
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(columns_.cols(), columns_.cols());
  Eigen::MatrixXf part;
  for (Eigen::Index first = 0; first < columns_.rows(); first += sum_block) {
    const auto rows = columns_.middleRows(first, std::min(sum_block, columns_.rows() - first));
    part.noalias() = rows.transpose() * rows;
    sums += part.cast<double>();
  }
  return sums;
}

Fit Refiner::fit_at(const Placement& at, Eigen::VectorXd& gradient) {
  const Eigen::MatrixXd sums = gram(at);
  const Eigen::Index n = projector_.parameter_count(), image = n, data = n + 1;
  const double image_image = sums(image, image), image_data = sums(image, data);
  Fit fit;
  fit.placement = at;
  fit.terms = band_terms_;
  fit.grey_scale = image_image > 0 ? image_data / image_image : 0;
  const double a = std::max(fit.grey_scale, 0.0);
  fit.chi2 = sums(data, data) - a * (2 * image_data - a * image_image);
  fit.correlation = image_image > 0 ? image_data / std::sqrt(image_image * sums(data, data)) : 0;
  // Projected onto what the grey scale cannot explain.
  const Eigen::VectorXd mixed = sums.col(image).head(n);
  fit.information =
      a * a * (sums.topLeftCorner(n, n) - mixed * mixed.transpose() / std::max(image_image, 1e-300));
  gradient = a * (sums.col(data).head(n) - a * mixed);
  const Eigen::Index k = at.amplitudes.size();
  gradient.head(k) -= at.amplitudes / (prior_sd_ * prior_sd_);
  fit.objective = fit.chi2 + at.amplitudes.squaredNorm() / (prior_sd_ * prior_sd_);
  return fit;
}

Fit Refiner::refine(const Placement& start, double resolution, int max_iterations) {
  require(!factor_.empty(), "a particle was observed");
  choose_band(resolution);
  const Eigen::Index k = start.amplitudes.size();
  Eigen::VectorXd gradient, next_gradient;
  Fit best = fit_at(start, gradient);
  double damping = 1e-2;
  int iterations = 1;
  while (iterations < max_iterations) {
    Eigen::MatrixXd normal = best.information;
    normal.diagonal().head(k).array() += 1 / (prior_sd_ * prior_sd_);
    const double largest = normal.diagonal().maxCoeff();
    if (!(largest > 0) || !std::isfinite(largest)) break;
    normal.diagonal() += damping * normal.diagonal().cwiseMax(1e-12 * largest);
    Eigen::VectorXd step = normal.ldlt().solve(gradient);
    const double excess = std::max({step.segment<3>(k).norm() / longest_turn,
                                    step.tail<2>().norm() / (longest_shift_px * grid_.pixel_size),
                                    k > 0 ? step.head(k).norm() / (longest_amplitude * prior_sd_) : 0.0});
    if (!std::isfinite(excess)) break;
    if (excess > 1) step /= excess;
    const double promised = step.dot(2 * gradient - best.information * step);
    Fit next = fit_at(moved(best.placement, step), next_gradient);
    ++iterations;
    const double enough = 1e-3 + 1e-7 * best.objective;  // single-precision sums know no better
    if (next.objective < best.objective) {
      const bool little = best.objective - next.objective < enough;
      best = std::move(next);
      gradient = next_gradient;
      damping = std::max(damping * 0.2, 1e-6);
      if (little) break;
    } else {
      if (promised < enough) break;
      damping = std::max(damping * 8, 1e-3);
      if (damping > 1e6) break;
    }
  }
  best.iterations = iterations;
  return best;
}

}  // namespace elastem
