#include "alignment/aligner.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/fisher.hpp"

namespace elastem {

namespace {

constexpr int brief_iterations = 6;
constexpr int full_iterations = 40;
/// The prior keeps the search bounded and is far wider than the error of any amplitude worth fitting.
constexpr double prior_width = 1;  // of the largest amplitude to expect
/// Where the library's conformations stand along a mode, as a share of the largest amplitude to expect.
constexpr double conformation_share = 0.7;

constexpr int posterior_pairs = 100;
/// A sample that a handful of draws dominate says less than the minimum and its Fisher matrix.
constexpr double enough_samples = 20;

bool better(const Fit& a, const Fit& b) {
  return a.objective < b.objective;
}

}  // namespace

AlignmentOptions with_defaults(AlignmentOptions options, const ElasticModel& model, ImageGrid grid) {
  if (options.amplitude_range == 0) options.amplitude_range = default_amplitude(model.atom_count());
  if (options.shift_range == 0) options.shift_range = grid.size * grid.pixel_size / 8;
  options.search_resolution = std::max(options.search_resolution, options.max_resolution);
  return options;
}

PoseLibrary make_pose_library(const ElasticModel& model, ImageGrid grid, const AlignmentOptions& given) {
  const AlignmentOptions options = with_defaults(given, model, grid);
  SearchOptions search;
  search.angular_step = options.angular_step;
  search.resolution = options.search_resolution;
  search.shift_range = options.shift_range;
  search.conformation_step = conformation_share * options.amplitude_range;
  search.candidates = options.candidates;
  search.separation = 1.5 * options.angular_step;
  return PoseLibrary(model, grid, search);
}

Aligner::Aligner(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise,
                 const AlignmentOptions& options, const PoseLibrary* library)
    : model_(&model),
      grid_(grid),
      options_(with_defaults(options, model, grid)),
      noise_power_(noise_on_half_grid(noise, grid.size)),
      refiner_(model, grid, prior_width * options_.amplitude_range),
      search_(library != nullptr ? std::make_unique<PoseSearch>(*library) : nullptr),
      fft_(grid.size),
      transfer_(ctf_half_grid(present_ctf_, grid.size, grid.pixel_size)) {}

void Aligner::observe(const Image& image, const Ctf& ctf) {
  if (!(ctf == present_ctf_)) {
    transfer_ = ctf_half_grid(ctf, grid_.size, grid_.pixel_size);
    present_ctf_ = ctf;
  }
  fft_.forward(image, spectrum_);
  refiner_.observe(spectrum_, transfer_, noise_power_);
}

/// Brief fits from all starts at the search's resolution, the best of them to the end; best first.
std::vector<Fit> Aligner::tournament(const std::vector<Placement>& starts) {
  std::vector<Fit> fits;
  for (const auto& start : starts) {
    fits.push_back(refiner_.refine(start, options_.search_resolution, brief_iterations));
  }
  std::stable_sort(fits.begin(), fits.end(), better);
  fits.resize(std::min(fits.size(), static_cast<std::size_t>(options_.finalists)));
  for (auto& fit : fits) fit = refiner_.refine(fit.placement, options_.max_resolution, full_iterations);
  std::stable_sort(fits.begin(), fits.end(), better);
  return fits;
}

ParticleResult Aligner::finish(const std::vector<Placement>& starts) {
  std::vector<Fit> fits = tournament(starts);
  if (!fits.empty()) {
    // A valley of χ² often has a second floor at other amplitudes and nearly the same pose: look there, too.
    std::vector<Placement> again;
    for (const auto& amplitudes : start_amplitudes()) {
      again.push_back({amplitudes, fits[0].placement.rotation, fits[0].placement.shift});
    }
    for (auto& fit : tournament(again)) fits.push_back(std::move(fit));
  }
  const auto best = std::min_element(fits.begin(), fits.end(), better);
  if (best == fits.end() || !(best->grey_scale > 0) || !std::isfinite(best->objective)) {
    return failed_result(model_->mode_count(), FailureReason::not_converged);
  }
  // `refine` leaves the refiner with the terms of its last fit, the full band.
  const Posterior posterior = sample_posterior(refiner_, *best, posterior_pairs);
  return posterior.effective_samples >= enough_samples ? particle_result(*best, posterior)
                                                       : particle_result(*best);
}

ParticleResult Aligner::align(const Image& image, const Ctf& ctf) {
  require(search_ != nullptr, "an aligner that searches has a library");
  observe(image, ctf);
  std::vector<Placement> starts;
  for (auto& candidate : search_->search(spectrum_, transfer_, noise_power_)) {
    starts.push_back(std::move(candidate.placement));
  }
  return finish(starts);
}

ParticleResult Aligner::refine(const Image& image, const Ctf& ctf, std::span<const Placement> starts) {
  observe(image, ctf);
  return finish({starts.begin(), starts.end()});
}

std::vector<Eigen::VectorXd> Aligner::start_amplitudes() const {
  return library_conformations(model_->mode_count(), conformation_share * options_.amplitude_range);
}

ParticleResult failed_result(Eigen::Index mode_count, FailureReason reason) {
  ParticleResult result;
  result.amplitudes = Eigen::VectorXd::Zero(mode_count);
  result.standard_errors = Eigen::VectorXd::Zero(mode_count + 5);
  result.state = ParticleState::failed;
  result.reason = reason;
  return result;
}

ParticleResult particle_result(const Fit& fit, const Posterior& posterior) {
  ParticleResult result;
  result.amplitudes = posterior.mean.amplitudes;
  result.euler_angles = euler_angles(posterior.mean.rotation);
  result.shift = posterior.mean.shift;
  result.standard_errors = posterior.standard_deviations;
  result.standard_errors.segment<3>(result.amplitudes.size()) *= degrees_per_radian;
  result.score = fit.correlation;
  result.state = ParticleState::done;
  return result;
}

ParticleResult particle_result(const Fit& fit) {
  ParticleResult result;
  result.amplitudes = fit.placement.amplitudes;
  result.euler_angles = euler_angles(fit.placement.rotation);
  result.shift = fit.placement.shift;
  const auto parameters = static_cast<double>(fit.information.rows() + 1);
  const double noise_scale = fit.chi2 / std::max(1.0, fit.terms - parameters);
  result.standard_errors = std::sqrt(noise_scale) * standard_errors_from_information(fit.information);
  result.score = fit.correlation;
  result.state = ParticleState::done;
  return result;
}

}  // namespace elastem
