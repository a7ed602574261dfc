#include "alignment/aligner.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

#include "core/error.hpp"
#include "core/stage_times.hpp"
#include "core/units.hpp"
#include "imaging/fourier_crop.hpp"

namespace elastem {

namespace {

/// What lies more than this above the best χ² of the beads does not come out best of the atoms, or hardly
/// ever: 25 was the most in 200 noisy images, 4 in 99 % of them.
constexpr double hopeless = 20;
constexpr double anywhere = std::numeric_limits<double>::infinity();
constexpr int full_evaluations = 40;
/// A step of a brief fit that gains less of χ² ends it.
constexpr double brief_gain = 0.5;
constexpr double same_amplitudes = 0.17;  // of the prior's largest standard deviation
/// The search looks at detail as fine as a step of the angles moves the particle's rim, but no finer.
constexpr double finest_search = 16;  // Å
/// Brief fits look closer than the search.
constexpr double brief_share = 0.7;  // of the search's resolution

/// Other valleys are looked for at so many points, and from so many of them.
constexpr int scouts = 8;              // a parameter
constexpr double most_scouted = 0.25;  // a parameter
/// Where they lead this much lower, the surroundings of that place are looked at as well.
constexpr double worth_another = 2;
/// A valley whose floor is this much higher holds nothing of the posterior.
constexpr double negligible = 12;
/// Beyond this angle it is another pose, and a mean of the two would be none.
constexpr double same_pose = 20;

/// A local alignment's starts reach so far, in degrees and Å.
constexpr double turn_reach = 12, shift_reach = 6;

constexpr int posterior_pairs = 5;  // a parameter
/// A sample that a handful of draws dominate says less than the minimum and its Fisher matrix.
constexpr double enough_samples = 15;

bool better(const Fit& a, const Fit& b) {
  return a.objective < b.objective;
}

/// Diameter of the homogeneous ball with the model's radius of gyration.
double diameter(const ElasticModel& model) {
  const Eigen::Vector3d centre = model.positions * model.weights / model.weights.sum();
  const double gyration =
      (model.positions.colwise() - centre).colwise().squaredNorm().dot(model.weights.transpose()) /
      model.weights.sum();
  return 2 * std::sqrt(5.0 / 3 * gyration);
}

/// Whether one of the fits stands so close that a fit from here would end there.
bool is_near(const std::vector<Fit>& fits, const Placement& place, double near_amplitudes) {
  constexpr double same_angle = 4;
  return std::any_of(fits.begin(), fits.end(), [&](const Fit& fit) {
    return rotation_distance(fit.placement.rotation, place.rotation) < same_angle &&
           (fit.placement.amplitudes - place.amplitudes).norm() < near_amplitudes;
  });
}

/// Fits that ended at the same place count once; the best `count`.
std::vector<Fit> best_distinct(std::vector<Fit> fits, std::size_t count, double near_amplitudes) {
  std::stable_sort(fits.begin(), fits.end(), better);
  std::vector<Fit> chosen;
  for (Fit& fit : fits) {
    if (chosen.size() == count) break;
    if (!is_near(chosen, fit.placement, near_amplitudes)) chosen.push_back(std::move(fit));
  }
  return chosen;
}

double distance_squared(const Fit& from, const Placement& to) {
  const Eigen::VectorXd step = step_between(from.placement, to, from.information.rows());
  return step.dot(from.information * step);
}

/// The minima that share the posterior, the best first. Fits that ended in the same place, within the
/// precision of their convergence, count once.
std::vector<Fit> valleys(std::vector<Fit> fits) {
  constexpr double same = 3;  // Mahalanobis distance squared
  std::stable_sort(fits.begin(), fits.end(), better);
  std::vector<Fit> chosen;
  for (Fit& fit : fits) {
    const auto known = [&](const Fit& other) { return distance_squared(other, fit.placement) < same; };
    const bool apart = !chosen.empty() &&
                       (fit.objective > chosen[0].objective + negligible ||
                        rotation_distance(fit.placement.rotation, chosen[0].placement.rotation) > same_pose);
    if (!apart && std::none_of(chosen.begin(), chosen.end(), known)) chosen.push_back(std::move(fit));
  }
  return chosen;
}

/// Points of a cubic grid from which every point of a ball is within about `reach`: the centre alone for a
/// ball of that size.
std::vector<Eigen::Vector3d> ball_grid(double radius, double reach) {
  const int cells = static_cast<int>(std::ceil(std::max(0.0, radius - reach) / reach));
  std::vector<Eigen::Vector3d> points;
  for (int x = -cells; x <= cells; ++x) {
    for (int y = -cells; y <= cells; ++y) {
      for (int z = -cells; z <= cells; ++z) {
        const Eigen::Vector3d point = reach * Eigen::Vector3d(x, y, z);
        if (point.norm() <= radius) points.push_back(point);
      }
    }
  }
  return points;
}

bool is_fit(const Fit& fit) {
  return fit.grey_scale > 0 && std::isfinite(fit.objective);
}

}  // namespace

/// What is spent on a particle.
struct Aligner::Effort {
  /// Brief fits are a tournament: so many evaluations for the best so many that are not this much above the
  /// best of all.
  struct Round {
    std::size_t fits;
    int evaluations;
    double behind;
  };
  std::array<Round, 3> rounds;
  double gain;  ///< a step of a full fit that gains less of χ² ends it
  int surveys;  ///< so often at most the surroundings of the best fit are looked at
};

/// From anywhere: the best start may look bad at first.
const Aligner::Effort Aligner::thorough = {
    {{{1000, 2, anywhere}, {20, 3, anywhere}, {8, 6, anywhere}}}, 0.01, 1};
/// From starts that are near the truth, or not worth a fit.
const Aligner::Effort Aligner::quick = {{{{1000, 1, 150}, {20, 3, 60}, {8, 6, 30}}}, 0.1, 3};

AlignmentOptions with_defaults(AlignmentOptions options, const ElasticModel& model, ImageGrid grid) {
  if (options.amplitude_range == 0) options.amplitude_range = default_amplitude(model.atom_count());
  if (options.prior.empty()) options.prior = elastic_prior(model, options.amplitude_range);
  if (options.shift_range == 0) options.shift_range = grid.size * grid.pixel_size / 8;
  if (options.search_resolution == 0) {
    const double moved_rim = options.angular_step * radians_per_degree * diameter(model);
    options.search_resolution = std::max(finest_search, moved_rim);
  }
  options.search_resolution = std::max(options.search_resolution, options.max_resolution);
  return options;
}

SearchOptions search_options(const ElasticModel& model, ImageGrid grid, const AlignmentOptions& given) {
  const AlignmentOptions options = with_defaults(given, model, grid);
  SearchOptions search;
  search.angular_step = options.angular_step;
  search.resolution = options.search_resolution;
  search.shift_range = options.shift_range;
  search.amplitudes = options.prior;
  search.memory = static_cast<std::size_t>(options.library_memory_mib * (1 << 20));
  search.candidates = options.candidates;
  search.separation = 0.6 * options.angular_step;
  return search;
}

Aligner::Level::Level(Rendering rendering, const NoiseSpectrum& noise, const AlignmentOptions& options)
    : drawn(std::move(rendering)), refiner(drawn, options.prior) {
  particle.noise_power = smooth_noise_on_half_grid(noise, drawn.grid.size);
  if (!options.misfit.factor.empty()) particle.misfit = options.misfit.on_half_grid(drawn.grid);
}

Aligner::Times& Aligner::Times::operator+=(const Times& other) {
  search += other.search;
  brief += other.brief;
  full += other.full;
  scouting += other.scouting;
  posterior += other.posterior;
  return *this;
}

Aligner::Aligner(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise,
                 const AlignmentOptions& options, const PoseLibrary* library)
    : model_(&model),
      grid_(grid),
      options_(with_defaults(options, model, grid)),
      conformations_(library_conformations(options_.prior)),
      same_amplitudes_(same_amplitudes * options_.prior.widest()),
      coarse_(bead_rendering(model, grid,
                             std::max(brief_share * options_.search_resolution, options_.max_resolution)),
              noise, options_),
      fine_(rendering(model, grid, options_.max_resolution), noise, options_),
      search_(library != nullptr ? std::make_unique<PoseSearch>(*library) : nullptr),
      fft_(grid.size) {}

void Aligner::observe(const Image& image, const Ctf& ctf) {
  fft_.forward(image, spectrum_);
  for (Level* level : {&coarse_, &fine_}) {
    const ImageGrid grid = level->drawn.grid;
    if (!(present_ctf_ == ctf)) level->particle.transfer = ctf_half_grid(ctf, grid.size, grid.pixel_size);
    crop_spectrum(spectrum_, grid_.size, grid.size, level->particle.spectrum);
  }
  present_ctf_ = ctf;
  coarse_.refiner.observe(coarse_.particle);
  fine_.refiner.observe(fine_.particle, options_.defocus_spread > 0
                                            ? std::optional(DefocusFit{ctf, options_.defocus_spread})
                                            : std::nullopt);
}

std::vector<Placement> Aligner::search() {
  require(search_ != nullptr, "an aligner that searches has a library");
  const TimedScope watch(times_.search);
  std::vector<Placement> starts;
  for (auto& candidate : search_->search(coarse_.particle)) starts.push_back(std::move(candidate.placement));
  return starts;
}

/// Brief fits of the beads from all starts: where the best distinct ones ended, best first.
std::vector<Placement> Aligner::brief(std::span<const Placement> starts, const Effort& effort) {
  const TimedScope watch(times_.brief);
  std::vector<Fit> fits;
  for (const auto& start : starts) fits.push_back(coarse_.refiner.start(start));
  for (const auto& round : effort.rounds) {
    std::stable_sort(fits.begin(), fits.end(), better);
    fits.resize(std::min(fits.size(), round.fits));
    while (!fits.empty() && fits.back().objective > fits.front().objective + round.behind) fits.pop_back();
    for (auto& fit : fits) coarse_.refiner.improve(fit, round.evaluations, brief_gain);
  }
  fits = best_distinct(std::move(fits), static_cast<std::size_t>(options_.finalists), same_amplitudes_);
  std::vector<Placement> ends;
  for (const Fit& fit : fits)
    if (fit.objective < fits[0].objective + hopeless) ends.push_back(fit.placement);
  return ends;
}

/// Whether a fit on its way has come close to one that has ended, or is too far above the best of them even
/// with what the next undamped step promises, gᵀH⁻¹g.
bool Aligner::adds_nothing(const Fit& fit, const std::vector<Fit>& ends) const {
  constexpr double close = 10;  // Mahalanobis distance squared
  if (ends.empty()) return false;
  const double promised = fit.gradient.dot(fine_.refiner.precision(fit, 1).ldlt().solve(fit.gradient));
  if (fit.objective - promised > std::min_element(ends.begin(), ends.end(), better)->objective + negligible)
    return true;
  return std::any_of(ends.begin(), ends.end(),
                     [&](const Fit& end) { return distance_squared(end, fit.placement) < close; });
}

/// Fits of the atoms from the given starts to their end, or until they have nothing to add.
void Aligner::full(std::span<const Placement> starts, std::vector<Fit>& ends, const Effort& effort) {
  constexpr int burst = 2;  // evaluations
  const TimedScope watch(times_.full);
  for (const auto& start : starts) {
    Fit fit = fine_.refiner.start(start);
    bool adds = true;
    for (int i = 0; i < full_evaluations && !fit.converged && adds; i += burst) {
      fine_.refiner.improve(fit, burst, effort.gain);
      adds = fit.converged || !adds_nothing(fit, ends);
    }
    if (adds && is_fit(fit)) ends.push_back(std::move(fit));
  }
}

/// A pose with each conformation of the library.
std::vector<Placement> Aligner::every_conformation(Placement pose) const {
  std::vector<Placement> starts;
  for (const auto& amplitudes : conformations_) {
    pose.amplitudes = amplitudes;
    starts.push_back(pose);
  }
  return starts;
}

std::vector<Placement> Aligner::scout(const Fit& minimum) {
  const TimedScope watch(times_.scouting);
  const auto n = static_cast<int>(minimum.information.rows());
  return further_starts(fine_.refiner, minimum, scouts * n, static_cast<std::size_t>(most_scouted * n));
}

/// From what the first fits found to the row: other valleys, posterior. With `centre`, that of a local
/// alignment, fits out of its range count only where there are no others.
ParticleResult Aligner::finish(std::vector<Fit> fits, const Effort& effort, const Placement* centre) {
  const auto in_range = [&](const Fit& fit) {
    return centre == nullptr ||
           (rotation_distance(fit.placement.rotation, centre->rotation) <
                local_reach * options_.local_angle &&
            (fit.placement.shift - centre->shift).norm() < local_reach * options_.local_shift);
  };
  const auto keep_range = [&] {
    if (std::any_of(fits.begin(), fits.end(), in_range))
      std::erase_if(fits, [&](const Fit& fit) { return !in_range(fit); });
  };
  keep_range();
  if (fits.empty()) return failed_result(model_->mode_count(), FailureReason::not_converged);
  const auto lowest = [&] { return std::min_element(fits.begin(), fits.end(), better); };
  // A better valley has neighbours of its own.
  for (int i = 0; i < effort.surveys; ++i) {
    const Fit best = *lowest();
    std::vector<Placement> others = scout(best);
    for (auto& start : brief(every_conformation(best.placement), thorough))
      others.push_back(std::move(start));
    std::erase_if(others, [&](const Placement& start) { return is_near(fits, start, same_amplitudes_); });
    full(others, fits, effort);
    keep_range();
    if (lowest()->objective > best.objective - worth_another) break;
  }
  const TimedScope watch(times_.posterior);
  const std::vector<Fit> minima = valleys(std::move(fits));
  const int pairs = posterior_pairs * static_cast<int>(minima[0].information.rows());
  return particle_result(minima[0], posterior(fine_.refiner, minima, pairs, enough_samples));
}

ParticleResult Aligner::align(const Image& image, const Ctf& ctf) {
  observe(image, ctf);
  std::vector<Fit> fits;
  full(brief(search(), thorough), fits, thorough);
  return finish(std::move(fits), thorough);
}

ParticleResult Aligner::refine(const Image& image, const Ctf& ctf, std::span<const Placement> starts,
                               double usual_score) {
  observe(image, ctf);
  std::vector<Fit> fits;
  if (!starts.empty()) full(brief(starts, quick), fits, quick);
  const auto best = std::min_element(fits.begin(), fits.end(), better);
  if (search_ != nullptr && (fits.empty() || best->correlation < usual_score)) {
    ++searches_;
    std::vector<Placement> candidates = search();
    if (!fits.empty()) candidates.push_back(best->placement);  // what the others must come near
    std::vector<Placement> others = brief(candidates, quick);
    std::erase_if(others, [&](const Placement& start) { return is_near(fits, start, same_amplitudes_); });
    full(others, fits, quick);
  }
  return finish(std::move(fits), quick);
}

ParticleResult Aligner::refine_near(const Image& image, const Ctf& ctf, const Pose& pose) {
  observe(image, ctf);
  const Placement centre{Eigen::VectorXd::Zero(model_->mode_count()), rotation_matrix(pose), pose.shift};
  std::vector<Placement> starts = every_conformation(centre);
  for (const Eigen::Vector3d& turn : ball_grid(options_.local_angle, turn_reach)) {
    for (const Eigen::Vector3d& move : ball_grid(options_.local_shift, shift_reach)) {
      if (move.z() != 0 || (turn.isZero() && move.isZero())) continue;
      starts.push_back({centre.amplitudes, rotation_increment(turn * radians_per_degree) * centre.rotation,
                        centre.shift + move.head<2>()});
    }
  }
  std::vector<Fit> fits;
  full(brief(starts, thorough), fits, thorough);
  return finish(std::move(fits), thorough, &centre);
}

double Aligner::evidence(const Image& image, const Ctf& ctf) {
  require(search_ != nullptr, "an aligner that searches has a library");
  observe(image, ctf);
  const auto candidates = search_->search(coarse_.particle);
  return candidates.empty() ? 0 : candidates[0].score * candidates[0].score;
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
  const Eigen::Index k = posterior.mean.amplitudes.size();
  result.amplitudes = posterior.mean.amplitudes;
  result.euler_angles = euler_angles(posterior.mean.rotation);
  result.shift = posterior.mean.shift;
  FitDetails details;
  details.covariance = posterior.covariance;
  details.covariance.middleRows(k, 3) *= degrees_per_radian;
  details.covariance.middleCols(k, 3) *= degrees_per_radian;
  details.amplitudes = result.amplitudes;
  details.chi2 = fit.chi2 / std::max(1.0, fit.terms - static_cast<double>(fit.information.rows() + 1));
  details.log_evidence = posterior.log_evidence;
  details.defocus_change = posterior.mean.defocus_change;
  result.standard_errors = details.covariance.diagonal().cwiseMax(0).cwiseSqrt();
  result.score = fit.correlation;
  result.state = ParticleState::done;
  result.fit = std::move(details);
  return result;
}

}  // namespace elastem
