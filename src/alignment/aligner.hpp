#pragma once

#include <memory>
#include <span>
#include <vector>

#include "alignment/pose_search.hpp"
#include "alignment/posterior.hpp"
#include "alignment/refinement.hpp"
#include "imaging/ctf.hpp"
#include "imaging/image.hpp"
#include "imaging/particle.hpp"

namespace elastem {

struct AlignmentOptions {
  double amplitude_range =
      0;                   ///< Å: about the largest amplitude to expect of a mode; 0: default_amplitude(N)
  double shift_range = 0;  ///< Å along each axis; 0: an eighth of the box
  double max_resolution = 0;      ///< Å, finest detail that is fitted; 0: all
  double angular_step = 10;       ///< degrees
  double search_resolution = 11;  ///< Å; the search never looks beyond max_resolution
  int candidates = 20;            ///< poses that are refined briefly
  int finalists = 5;              ///< of them, those refined to the end
};

/// `options` with every 0 that stands for a default replaced.
AlignmentOptions with_defaults(AlignmentOptions options, const ElasticModel& model, ImageGrid grid);

/// The library of a run, shared by all its aligners.
PoseLibrary make_pose_library(const ElasticModel& model, ImageGrid grid, const AlignmentOptions& options);

/// Elastic 3D-to-2D alignment of one particle after another: a pure function of (image, CTF, model, noise,
/// options). Owns scratch memory: one a thread.
class Aligner {
 public:
  /// `library` may be null for an aligner that only refines. `noise`: see NoiseSpectrum; its scale is refined
  /// for each particle from the residual.
  Aligner(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise,
          const AlignmentOptions& options, const PoseLibrary* library);

  /// Global: searches the pose, refines the best candidates briefly, the best of those to the end.
  ParticleResult align(const Image& image, const Ctf& ctf);
  /// Local: refines from the given starts (e.g. a known pose, or a network's prediction) and keeps the best.
  ParticleResult refine(const Image& image, const Ctf& ctf, std::span<const Placement> starts);
  /// The conformations that a start of unknown amplitudes is tried with: the mean structure and steps along
  /// each mode.
  std::vector<Eigen::VectorXd> start_amplitudes() const;

 private:
  void observe(const Image& image, const Ctf& ctf);
  std::vector<Fit> tournament(const std::vector<Placement>& starts);
  ParticleResult finish(const std::vector<Placement>& starts);

  const ElasticModel* model_;
  ImageGrid grid_;
  AlignmentOptions options_;
  std::vector<double> noise_power_;
  Refiner refiner_;
  std::unique_ptr<PoseSearch> search_;
  Fft2<float> fft_;
  Spectrum spectrum_;
  Ctf present_ctf_;
  std::vector<float> transfer_;  ///< of present_ctf_
};

/// The row of a particle that could not be aligned: zeros, its state and the reason.
ParticleResult failed_result(Eigen::Index mode_count, FailureReason reason);

/// The row of a particle: posterior means, and posterior standard deviations as standard errors.
ParticleResult particle_result(const Fit& fit, const Posterior& posterior);
/// The row of a fit: Euler angles, and standard errors from the Fisher matrix scaled to the residual's χ².
ParticleResult particle_result(const Fit& fit);

}  // namespace elastem
