#include "alignment/refinement.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "core/error.hpp"

namespace elastem {

namespace {

/// The longest step that one iteration may take: beyond it the linear model of the image is worthless.
constexpr double longest_turn = 0.35;  // radians
constexpr double longest_shift_px = 4;
constexpr double longest_amplitude = 0.5;  // of the prior's largest standard deviation

/// Single-precision products in blocks this long, summed in double: χ² differences below 1 must not drown.
constexpr Eigen::Index sum_block = 256;

constexpr double defocus_difference = 5;  // Å, of the CTF's central differences

std::vector<float> transfer_at(const DefocusFit& fit, double change, ImageGrid grid) {
  Ctf ctf = fit.ctf;
  ctf.defocus_u += change;
  ctf.defocus_v += change;
  return ctf_half_grid(ctf, grid.size, grid.pixel_size);
}

}  // namespace

Refiner::Refiner(const Rendering& drawn, const NormalPrior& prior)
    : drawn_(&drawn),
      prior_mean_(prior.mean),
      prior_precision_(prior.covariance.llt().solve(
          Eigen::MatrixXd::Identity(prior.covariance.rows(), prior.covariance.cols()))),
      longest_step_(longest_amplitude * prior.widest()),
      projector_(drawn.model, drawn.grid),
      fft_(drawn.grid.size) {
  require(prior.mean.size() == drawn.model.mode_count() && prior_precision_.allFinite(),
          "the prior is one of the model's amplitudes");
  const int size = drawn.grid.size, half = size / 2 + 1;
  const double radius = drawn.band_radius();
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    Run run{row * half, 0};
    for (int kx = 0; kx < half && std::hypot(kx, ky) <= radius; ++kx) {
      ++run.count;
    }
    if (row == 0) {  // k = 0
      ++run.first;
      --run.count;
    }
    if (run.count > 0) runs_.push_back(run);
  }
}

void Refiner::observe(const Observation& particle, const std::optional<DefocusFit>& defocus) {
  const int size = drawn_->grid.size, half = size / 2 + 1;
  const auto terms = static_cast<std::size_t>(size * half);
  require(
      particle.size() == size && particle.transfer.size() == terms && particle.noise_power.size() == terms,
      "one value a term of the half grid");
  defocus_ = defocus;
  present_defocus_ = 0;
  whitening_.resize(terms);
  factor_.resize(terms);
  require(particle.misfit.empty() || particle.misfit.size() == terms, "and of the misfit's");
  const auto misfit = [&](std::size_t t) { return particle.misfit.empty() ? 1 : particle.misfit[t]; };
  for (std::size_t t = 0; t < terms; ++t) {
    const int multiplicity = column_multiplicity(static_cast<int>(t) % half, size);
    whitening_[t] = static_cast<float>(std::sqrt(multiplicity / (particle.noise_power[t] * misfit(t))));
  }
  band_terms_ = 0;
  for (const Run& run : runs_)
    for (int t = run.first; t < run.first + run.count; ++t)
      band_terms_ += column_multiplicity(t % half, size) / misfit(static_cast<std::size_t>(t));
  Eigen::Index rows = 0;
  for (const Run& run : runs_) rows += 2 * run.count;
  columns_.resize(rows, parameter_count() + 2);
  whiten(particle.spectrum, whitening_, columns_.cols() - 1);
  for (std::size_t t = 0; t < terms; ++t) {
    if (!drawn_->deblurring.empty()) whitening_[t] *= drawn_->deblurring[t];
    factor_[t] = whitening_[t] * particle.transfer[t];
  }
  if (defocus_) {
    present_defocus_ = 1;  // anything but what comes next
    use_defocus(0);
  }
}

/// Makes `factor_` and its derivative those of a changed defocus.
void Refiner::use_defocus(double change) {
  if (!defocus_ || change == present_defocus_) return;
  present_defocus_ = change;
  const auto at = transfer_at(*defocus_, change, drawn_->grid);
  const auto over = transfer_at(*defocus_, change + defocus_difference, drawn_->grid);
  const auto under = transfer_at(*defocus_, change - defocus_difference, drawn_->grid);
  by_defocus_.resize(at.size());
  for (std::size_t t = 0; t < at.size(); ++t) {
    factor_[t] = whitening_[t] * at[t];
    by_defocus_[t] = whitening_[t] * (over[t] - under[t]) / static_cast<float>(2 * defocus_difference);
  }
}

void Refiner::whiten(const Spectrum& spectrum, const std::vector<float>& factor, Eigen::Index column) {
  float* to = columns_.col(column).data();
  for (const Run& run : runs_) {
    const auto* from = reinterpret_cast<const float*>(spectrum.data() + run.first);
    const float* factors = factor.data() + run.first;
    for (int t = 0; t < run.count; ++t) {
      to[2 * t] = factors[t] * from[2 * t];
      to[2 * t + 1] = factors[t] * from[2 * t + 1];
    }
    to += 2 * run.count;
  }
}

double Refiner::prior_terms(const Placement& at) const {
  const Eigen::VectorXd away = at.amplitudes - prior_mean_;
  const double amplitudes = away.dot(prior_precision_ * away);
  if (!defocus_) return amplitudes;
  return amplitudes + at.defocus_change * at.defocus_change / (defocus_->spread * defocus_->spread);
}

double Refiner::objective(const Placement& at) {
  const Eigen::Index image = parameter_count();
  use_defocus(at.defocus_change);
  projector_.project(at.amplitudes, at.rotation, at.shift, image_);
  fft_.forward(image_, spectrum_);
  whiten(spectrum_, factor_, image);
  double image_image = 0, image_data = 0, data_data = 0;
  for (Eigen::Index first = 0; first < columns_.rows(); first += sum_block) {
    const Eigen::Index rows = std::min(sum_block, columns_.rows() - first);
    const auto model = columns_.col(image).segment(first, rows);
    const auto data = columns_.col(image + 1).segment(first, rows);
    image_image += static_cast<double>(model.squaredNorm());
    image_data += static_cast<double>(model.dot(data));
    data_data += static_cast<double>(data.squaredNorm());
  }
  const double drop = image_data > 0 && image_image > 0 ? image_data * image_data / image_image : 0;
  return data_data - drop + prior_terms(at);
}

/// Products of all columns: derivatives, image, data.
Eigen::MatrixXd Refiner::gram(const Placement& at) {
  use_defocus(at.defocus_change);
  projector_.project_with_derivatives(at.amplitudes, at.rotation, at.shift, image_, derivatives_);
  const Eigen::Index image = parameter_count();
  for (std::size_t c = 0; c < derivatives_.size(); ++c) {
    fft_.forward(derivatives_[c], spectrum_);
    whiten(spectrum_, factor_, static_cast<Eigen::Index>(c));
  }
  fft_.forward(image_, spectrum_);
  if (defocus_) whiten(spectrum_, by_defocus_, image - 1);
  whiten(spectrum_, factor_, image);
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(columns_.cols(), columns_.cols());
  Eigen::MatrixXf part;
  for (Eigen::Index first = 0; first < columns_.rows(); first += sum_block) {
    const auto rows = columns_.middleRows(first, std::min(sum_block, columns_.rows() - first));
    part.noalias() = rows.transpose() * rows;
    sums += part.cast<double>();
  }
  return sums;
}

Fit Refiner::start(const Placement& at) {
  require(!factor_.empty(), "a particle was observed");
  const Eigen::MatrixXd sums = gram(at);
  const Eigen::Index n = parameter_count(), image = n, data = n + 1, k = at.amplitudes.size();
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
  fit.gradient = a * (sums.col(data).head(n) - a * mixed);
  fit.gradient.head(k) -= prior_precision_ * (at.amplitudes - prior_mean_);
  if (defocus_) fit.gradient[n - 1] -= at.defocus_change / (defocus_->spread * defocus_->spread);
  fit.objective = fit.chi2 + prior_terms(at);
  return fit;
}

Eigen::MatrixXd Refiner::precision(const Fit& fit, double noise_scale) const {
  Eigen::MatrixXd precision = fit.information / noise_scale;
  precision.topLeftCorner(prior_mean_.size(), prior_mean_.size()) += prior_precision_;
  if (defocus_) precision.diagonal().tail<1>().array() += 1 / (defocus_->spread * defocus_->spread);
  return precision;
}

/// The damped step from where a fit stands, cut to what the linear model is good for; empty where there is
/// none.
Eigen::VectorXd Refiner::step_of(const Fit& fit) const {
  const Eigen::Index k = fit.placement.amplitudes.size();
  Eigen::MatrixXd normal = precision(fit, 1);
  const double largest = normal.diagonal().maxCoeff();
  if (!(largest > 0) || !std::isfinite(largest)) return {};
  normal.diagonal() += fit.damping * normal.diagonal().cwiseMax(1e-12 * largest);
  const Eigen::VectorXd step = normal.ldlt().solve(fit.gradient);
  const double excess =
      std::max({1.0, step.segment<3>(k).norm() / longest_turn,
                step.segment<2>(k + 3).norm() / (longest_shift_px * drawn_->grid.pixel_size),
                step.head(k).norm() / longest_step_});
  if (!std::isfinite(excess)) return {};
  return step / excess;
}

void Refiner::improve(Fit& fit, int evaluations, double enough) {
  enough = std::max(enough, 1e-7 * fit.objective);  // single-precision sums know no better
  for (int i = 0; i < evaluations && !fit.converged; ++i) {
    const Eigen::VectorXd step = step_of(fit);
    const double promised = step.size() > 0 ? step.dot(2 * fit.gradient - fit.information * step) : 0;
    if (promised < enough || fit.damping > 1e6) {
      fit.converged = true;
      break;
    }
    Fit next = start(moved(fit.placement, step));
    if (next.objective < fit.objective) {
      next.converged = fit.objective - next.objective < enough;
      next.damping = std::max(fit.damping * 0.2, 1e-6);
      fit = std::move(next);
    } else {
      fit.damping = std::max(fit.damping * 8, 1e-3);
    }
  }
}

}  // namespace elastem
