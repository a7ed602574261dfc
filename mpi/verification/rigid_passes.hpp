#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "alignment/aligner.hpp"
#include "mpi/particles/particle_pass.hpp"
#include "mpi/verification/sample.hpp"
#include "mpi/verification/twin_images.hpp"

namespace elastem {

/// What the particles of a sample and their rigid twins are fitted with.
struct VerificationFit {
  const ParticleSet& set;
  const ResultTable& result;
  const std::vector<SampledRow>& sample;
  const ElasticModel& model;  ///< the modes that were fitted, then decoys
  AlignmentOptions options;
  NoiseSpectrum noise;
};

/// A particle of a sample, with where the result has it.
struct SampledParticle {
  Image pixels;
  FailureReason failure = FailureReason::none;
  std::string key;
  Ctf ctf;  ///< with the refined defocus
  Pose pose;
  Eigen::VectorXd amplitudes;  ///< of the modes that were fitted
  double noise_factor = 1;     ///< its noise's power over that of the set
};

/// Reads the particles of a sample. One per rank.
class SampleReader {
 public:
  explicit SampleReader(const VerificationFit& fit) : fit_(&fit), stream_(fit.set) {}
  SampledParticle read(std::int64_t i);

 private:
  const VerificationFit* fit_;
  ParticleStream stream_;
};

/// Projections of a rigid molecule, as each rank makes them for itself.
using SourceMaker = std::function<ProjectionSource()>;

/// The grey scale that makes a rigid molecule most like up to 256 particles of the sample, at least 0; the
/// same on any number of ranks. Collective.
double grey_scale_of(const Communicator& comm, const VerificationFit& fit, const SourceMaker& source);

/// Rigid images in place of the particles' own.
struct Twin {
  SourceMaker source;
  double grey = 1;
  std::uint64_t seed = 1;  ///< of the noise
};

/// Fits every particle of the sample that `table` lacks, or its twin: from where the result has it, and from
/// the same pose without motion, with the decoys at 0. Collective.
PassSummary fit_sample(const Communicator& comm, const VerificationFit& fit, const std::optional<Twin>& twin,
                       ResultTable& table, bool show_progress);

}  // namespace elastem
