#pragma once

#include <memory>
#include <string>
#include <vector>

#include "imaging/noise_spectrum.hpp"
#include "imaging/projection.hpp"
#include "io/particle_file.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/storage/provenance.hpp"

namespace elastem {

/// The particles a command works on, opened on every rank: the rows are read where they are needed.
struct ParticleSet {
  std::string path, datadir;
  ParticleFile file;
  ImageGrid grid;          ///< of the first particle; a particle with another one fails
  bool has_poses = false;  ///< of the first particle
  bool inverted = false;   ///< the molecules are dark: pixels are read with the other sign

  std::int64_t size() const { return file.size(); }
};

/// What --xmipp-negative-defocus asks for.
inline DefocusSign defocus_sign(bool negative) {
  return negative ? DefocusSign::opposite : DefocusSign::as_written;
}

/// Rank 0 scans the file once and tells the others where its rows lie. Collective. Throws Error: see
/// ParticleFile.
ParticleFile open_particle_file(const Communicator& comm, const std::string& path, const std::string& datadir,
                                DefocusSign sign);

/// The same, and each rank looks at an equal share of the rows, so that what is wrong with them is found
/// before the work begins (see check_particles). Collective. Throws Error.
ParticleSet open_particles(const Communicator& comm, const std::string& path, const std::string& datadir,
                           DefocusSign sign = DefocusSign::as_written, bool inverted = false);

/// What provenance says of a set: its file and the stack of its first particle. Rank 0's files count.
/// Collective.
std::vector<std::string> particle_fingerprints(const Communicator& comm, const ParticleSet& set);

/// One particle after another with its pixels, read in blocks of the particle file. One a rank.
class ParticleStream {
 public:
  explicit ParticleStream(const ParticleSet& set);

  /// Particle i and its image; `reason` is set and the image empty when it cannot be used: unreadable, not
  /// finite, constant, or of another size or pixel size than the set. Throws Error for a broken row of the
  /// particle file.
  const Particle& read(std::int64_t i, Image& image, FailureReason& reason);

 private:
  const ParticleSet* set_;
  ImageReader reader_;
  std::int64_t first_ = 0;
  std::vector<Particle> block_;
};

/// The radial noise spectrum of a set, from what lies outside the circle of 0.45 box sides about the centre
/// in up to 1024 particles spread over the first `count`: the mean over them in blocks of fixed particles,
/// summed in a fixed order, so that it does not depend on the number of ranks. A shell is never below a
/// thousandth of the mean (images without noise). Collective. Throws Error when no particle can be read.
NoiseSpectrum estimate_noise(const Communicator& comm, const ParticleSet& set, std::int64_t count);

}  // namespace elastem
