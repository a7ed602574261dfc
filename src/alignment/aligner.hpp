#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "alignment/misfit.hpp"
#include "alignment/pose_search.hpp"
#include "alignment/posterior.hpp"
#include "alignment/refinement.hpp"
#include "imaging/ctf.hpp"
#include "imaging/image.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/particle.hpp"

namespace elastem {

struct AlignmentOptions {
  double amplitude_range = 0;       ///< Å: about the largest amplitude to expect of the softest mode; 0:
                                    ///< default_amplitude(N)
  NormalPrior prior;                ///< of the amplitudes; empty: elastic_prior of amplitude_range
  Misfit misfit;                    ///< by which the noise counts more under the particle
  double shift_range = 0;           ///< Å along each axis; 0: an eighth of the box
  double max_resolution = 0;        ///< Å, finest detail that is fitted; 0: all
  double angular_step = 18;         ///< degrees
  double search_resolution = 0;     ///< Å; 0: what moves by a step at the particle's rim, at least 16
  double library_memory_mib = 256;  ///< most that the library may take
  int candidates = 60;              ///< poses that are refined briefly
  int finalists = 4;                ///< of them, those refined to the end
  double defocus_spread = 0;        ///< Å: how far off the defocus may be; 0: it is not fitted
  double local_angle = 10;          ///< degrees about a given pose in which a local alignment looks
  double local_shift = 7;           ///< Å about a given position
};

/// What a local alignment looks for ends within so many times its angle and its shift, or out of its reach.
inline constexpr double local_reach = 1.5;

/// `options` with every 0 that stands for a default replaced.
AlignmentOptions with_defaults(AlignmentOptions options, const ElasticModel& model, ImageGrid grid);

/// What `options` ask of the library.
SearchOptions search_options(const ElasticModel& model, ImageGrid grid, const AlignmentOptions& options);

/// Elastic 3D-to-2D alignment of one particle after another: a pure function of (image, CTF, model, noise,
/// options). Two renderings of the model serve: beads on a coarse grid, to tell the starts apart, and its
/// atoms on the grid that `max_resolution` asks for. Owns scratch memory: one per thread.
class Aligner {
 public:
  /// `grid`: of the images. `library` may be null for an aligner that only refines. `noise`: see
  /// NoiseSpectrum; its scale is refined for each particle from the residual.
  Aligner(const ElasticModel& model, ImageGrid grid, const NoiseSpectrum& noise,
          const AlignmentOptions& options, const PoseLibrary* library);
  Aligner(const Aligner&) = delete;
  Aligner& operator=(const Aligner&) = delete;

  /// Global: searches the pose, refines the best candidates briefly, the best of those to the end.
  ParticleResult align(const Image& image, const Ctf& ctf);
  /// Refines from starts that are given (a network's hypotheses) with less effort than `align` makes: what
  /// lies too far behind, or ends where another fit has been, is given up early. Where the best fit's
  /// correlation is below `usual_score` and there is a library, the pose is searched as well, and what is
  /// found competes with that fit.
  ParticleResult refine(const Image& image, const Ctf& ctf, std::span<const Placement> starts,
                        double usual_score);
  /// Local: refines from a given pose, with every conformation of the library and from a grid of starts
  /// within `local_angle` and `local_shift`; fits that end further off than `local_reach` times these only
  /// count where there are no others.
  ParticleResult refine_near(const Image& image, const Ctf& ctf, const Pose& pose);
  /// The largest drop of χ² that the pose search finds in an image.
  double evidence(const Image& image, const Ctf& ctf);

  /// Where the time went so far, in seconds.
  struct Times {
    double search = 0, brief = 0, full = 0, scouting = 0, posterior = 0;
    Times& operator+=(const Times& other);
  };
  const Times& times() const { return times_; }
  /// Particles so far whose pose `refine` has searched.
  std::int64_t searches() const { return searches_; }

 private:
  /// The model at one resolution, what it is fitted to, and the fits.
  struct Level {
    Level(Rendering rendering, const NoiseSpectrum& noise, const AlignmentOptions& options);
    Level(const Level&) = delete;  // the refiner points into it
    Level& operator=(const Level&) = delete;
    Rendering drawn;
    Refiner refiner;
    Observation particle;
  };

  struct Effort;
  static const Effort thorough, quick;

  void observe(const Image& image, const Ctf& ctf);
  std::vector<Placement> search();
  std::vector<Placement> brief(std::span<const Placement> starts, const Effort& effort);
  bool adds_nothing(const Fit& fit, const std::vector<Fit>& ends) const;
  void full(std::span<const Placement> starts, std::vector<Fit>& ends, const Effort& effort);
  std::vector<Placement> every_conformation(Placement pose) const;
  std::vector<Placement> scout(const Fit& minimum);
  ParticleResult finish(std::vector<Fit> fits, const Effort& effort, const Placement* centre = nullptr);

  const ElasticModel* model_;
  ImageGrid grid_;
  AlignmentOptions options_;
  std::vector<Eigen::VectorXd> conformations_;  ///< of the library
  double same_amplitudes_;                      ///< Å: fits closer than this end in the same place
  Level coarse_, fine_;
  std::unique_ptr<PoseSearch> search_;
  Fft2<float> fft_;
  Spectrum spectrum_;
  std::optional<Ctf> present_ctf_;
  Times times_;
  std::int64_t searches_ = 0;
};

/// The row of a particle that could not be aligned: zeros, its state and the reason.
ParticleResult failed_result(Eigen::Index mode_count, FailureReason reason);

/// The row of a particle: posterior means, and posterior standard deviations as standard errors.
ParticleResult particle_result(const Fit& fit, const Posterior& posterior);

}  // namespace elastem
