#pragma once

#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"
#include "imaging/noise_spectrum.hpp"
#include "mpi/alignment/particle_aligner.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/align_options.hpp"

namespace elastem {

/// What is measured on a sample of the particles before all of them are aligned.
struct Calibration {
  PerGrid<NoiseSpectrum> noise;  ///< from what the alignment leaves of the images (noise_from_residuals)
  PerGrid<Misfit> misfits;       ///< from the same
  NormalPrior prior;             ///< of the amplitudes (learnt_normal), unless an amplitude range was given

  /// As data sets of the result: noise_spectrum, misfit, normal_mean, normal_covariance.
  std::vector<StoredVector> stored(const ParticleSet& set) const;
  /// Reads them back. Collective. Throws Error that names the table at `path` where one is missing.
  static Calibration load(const ResultTable& table, const std::string& path, const std::vector<bool>& used);
};

/// Aligns the sample (residual_sample) with the noise of the background and the elastic law of the
/// amplitudes. The same on any number of ranks. Collective. Throws Error when no particle can be read.
Calibration calibrate(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
                      const cli::AlignOptions& o, std::int64_t count);

}  // namespace elastem
