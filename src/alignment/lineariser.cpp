#include "alignment/lineariser.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "imaging/fourier_crop.hpp"

namespace elastem {

namespace {

/// The likelihood alone is asked for: a prior that says nothing.
NormalPrior no_prior(Eigen::Index modes) {
  constexpr double anything = 1e15;  // Å²
  return {Eigen::VectorXd::Zero(modes), anything * Eigen::MatrixXd::Identity(modes, modes)};
}

}  // namespace

Lineariser::Lineariser(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise,
                       const AlignmentOptions& options)
    : grid_(grid),
      defocus_spread_(options.defocus_spread),
      drawn_(rendering(model, grid, options.max_resolution)),
      refiner_(drawn_, no_prior(model.mode_count())),
      fft_(grid.size) {
  particle_.noise_power = smooth_noise_on_half_grid(noise, drawn_.grid.size);
  if (!options.misfit.factor.empty()) particle_.misfit = options.misfit.on_half_grid(drawn_.grid);
}

std::optional<Linearisation> Lineariser::about(const Image& image, const Ctf& ctf, const Placement& at) {
  Spectrum spectrum;
  fft_.forward(image, spectrum);
  particle_.transfer = ctf_half_grid(ctf, drawn_.grid.size, drawn_.grid.pixel_size);
  crop_spectrum(spectrum, grid_.size, drawn_.grid.size, particle_.spectrum);
  refiner_.observe(particle_,
                   defocus_spread_ > 0 ? std::optional(DefocusFit{ctf, defocus_spread_}) : std::nullopt);
  const Fit fit = refiner_.start(at);
  if (!(fit.grey_scale > 0) || !std::isfinite(fit.objective)) return std::nullopt;
  const double scale = fit.chi2 / std::max(1.0, fit.terms);
  const Eigen::Index n = at.amplitudes.size(), others = fit.information.rows() - n;
  // The others follow: what they explain is taken off.
  Eigen::MatrixXd pose = fit.information.bottomRightCorner(others, others);
  pose.diagonal() *= 1 + 1e-9;
  const Eigen::MatrixXd gain = pose.ldlt().solve(fit.information.bottomLeftCorner(others, n)).transpose();
  Linearisation found;
  found.information =
      (fit.information.topLeftCorner(n, n) - gain * fit.information.bottomLeftCorner(others, n)) / scale;
  found.offset =
      (fit.gradient.head(n) - gain * fit.gradient.tail(others)) / scale + found.information * at.amplitudes;
  if (!found.information.allFinite() || !found.offset.allFinite()) return std::nullopt;
  return found;
}

}  // namespace elastem
