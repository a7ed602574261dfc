#pragma once

#include <cstdint>

#include "mpi/alignment/particle_aligner.hpp"

namespace elastem {

/// Which sign of the contrast the images speak for.
struct ContrastEvidence {
  /// Of each particle d = z₊² − z₋², the drops of χ² that the best pose gives as the image is read and with
  /// its sign turned: their sum, that of their squares, and how many they are.
  double sum = 0, squares = 0, particles = 0;

  /// Σd below −3·√Σd²: without signal Σd has mean 0 and the standard deviation √Σd².
  bool turned() const;
};

/// Looks at up to 32 particles spread over the first `count`, as many on each rank: a search of the mean
/// structure, 20° apart, or with --local the model at the given pose. The same on any number of
/// ranks. Collective.
ContrastEvidence contrast_evidence(const Communicator& comm, const ElasticModel& model,
                                   const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise,
                                   const cli::AlignOptions& o, std::int64_t count);

/// Warns, naming --invert, where the images speak for the other sign than the one they are read with.
/// Collective.
void warn_of_contrast(const Communicator& comm, const ElasticModel& model, const ParticleSet& set,
                      const PerGrid<NoiseSpectrum>& noise, const cli::AlignOptions& o, std::int64_t count);

}  // namespace elastem
