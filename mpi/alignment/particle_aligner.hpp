#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "alignment/aligner.hpp"
#include "alignment/residual.hpp"
#include "mpi/alignment/node_library.hpp"
#include "mpi/particles/particle_set.hpp"
#include "options/align_options.hpp"

namespace elastem {

/// The libraries of the pose search of a run; none with --local. Collective.
PerGrid<NodeLibrary> make_pose_libraries(const Communicator& comm, const ElasticModel& model,
                                         const ParticleSet& set, const std::vector<bool>& used,
                                         const cli::AlignOptions& o);
std::size_t bytes_of(const PerGrid<NodeLibrary>& libraries);

/// Particles as `align` looks at them: read, and with --mask-diameter what lies outside the mask replaced by
/// noise (see mask_image). The mask's centre is the image's, with --local where the particle's pose puts it.
/// One per rank.
class PreparedParticles {
 public:
  /// `noise` must outlive it.
  PreparedParticles(const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise, const cli::AlignOptions& o);

  /// Reads row i; why it cannot be used, or none.
  FailureReason read(std::int64_t i);
  // Of the row that was read last.
  const Particle& particle() const { return *particle_; }
  const Image& image() const { return image_; }
  /// A soft circle within the mask: where the image is its own. Empty without --mask-diameter.
  const Image& core() const { return core_; }
  std::size_t grid() const { return grid_; }
  const NoiseSpectrum& noise() const { return *(*noise_)[grid_]; }

 private:
  void mask_out(std::int64_t i, const Eigen::Vector2d& centre);

  const ParticleSet* set_;
  const PerGrid<NoiseSpectrum>* noise_;
  double mask_diameter_;
  bool local_;
  ParticleStream stream_;
  PerGrid<Fft2<float>> transforms_;
  PerGrid<std::vector<double>> noise_power_;
  const Particle* particle_ = nullptr;  // the stream's
  Image image_, core_;
  std::size_t grid_ = 0;
};

/// One rank's work: a particle in, a row out. A bad particle is a failed row.
class ParticleAligner {
 public:
  /// What is given must outlive it, but for the misfits; none: 1 everywhere.
  ParticleAligner(const ElasticModel& model, const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise,
                  const PerGrid<NodeLibrary>& libraries, const cli::AlignOptions& o,
                  const PerGrid<Misfit>& misfits = {});

  ParticleResult align(std::int64_t i);
  /// What the last alignment left of its image; none where it failed.
  std::optional<Residual> residual();
  /// With --local: alignments so far that ended out of reach of the given pose (Aligner::refine_near).
  std::int64_t strayed() const { return strayed_; }
  /// Where the time of all particles so far went.
  Aligner::Times times() const;

 private:
  ParticleResult fitted();

  const ElasticModel* model_;
  const ParticleSet* set_;
  bool local_;
  double reach_;  // degrees
  std::int64_t strayed_ = 0;
  PreparedParticles particles_;
  PerGrid<Aligner> aligners_;
  ParticleResult last_;
};

}  // namespace elastem
