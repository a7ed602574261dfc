#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"
#include "particles/particle_file.hpp"
#include "particles/particle_source.hpp"
#include "particles/particle_survey.hpp"

namespace elastem {

/// The particles a command works on, opened on every rank: the rows are read where they are needed.
struct ParticleSet {
  std::string path, datadir;
  ParticleFile file;
  ImageGrid grid;  ///< of the first particle
  /// How images are sampled: `grid`, and in a mixed set what else its optics groups have. A particle of any
  /// other grid fails.
  std::vector<ImageGrid> grids;
  std::vector<std::string> stacks;  ///< absolute paths, in the order of their first particles
  std::size_t longest_key = 0;      ///< bytes of the longest particle_key
  std::vector<std::uint8_t>
      grid_of_row;             ///< of a mixed set: the place in `grids` of each row's grid, or `no_grid`
  bool has_poses = false;      ///< of the first particle
  bool inverted = false;       ///< the molecules are dark: pixels are read with the other sign
  bool all_overfocus = false;  ///< every defocus is negative

  static constexpr std::uint8_t no_grid = 255;

  std::int64_t size() const { return file.size(); }
  /// Where a particle's grid stands in `grids`, or `no_grid`.
  std::uint8_t grid_of(const Particle& particle) const;
  /// At most `most` of the first `count` rows, spread evenly over those of one grid, ascending.
  std::vector<std::int64_t> spread_rows(std::size_t of_grid, std::int64_t count, std::int64_t most) const;
};

/// In Å, in the order of ParticleSet::grids.
std::vector<double> pixel_sizes(const ParticleSet& set);

/// Something for each grid of a set, in the order of ParticleSet::grids; none where no particle needs it.
template <class T>
using PerGrid = std::vector<std::optional<T>>;

/// The grids that occur among the first `count` particles.
std::vector<bool> used_grids(const ParticleSet& set, std::int64_t count);

/// Rank 0 scans the file once and tells the others where its rows lie. Collective. Throws Error: see
/// ParticleFile.
ParticleFile open_particle_file(const Communicator& comm, const ParticleSource& source);

/// The same, and each rank looks at an equal share of the rows, so that what is wrong with them is found
/// before the work begins (see check_particles). With several boxes every rank holds a byte per row.
/// Collective. Throws Error.
ParticleSet open_particles(const Communicator& comm, const ParticleSource& source, Accepted accepted = {});

/// What provenance says of a set: its file, the stack of its first particle (see input_fingerprint), and with
/// more stacks a checksum of all (see sampled_checksum), of which each rank reads an equal share. Collective.
std::vector<std::string> particle_fingerprints(const Communicator& comm, const ParticleSet& set);

/// A particle with its image.
struct ParticleImage {
  const Particle& particle;  ///< until the next one is read
  Image pixels;              ///< empty where it cannot be used
  FailureReason failure = FailureReason::none;
};

/// One particle after another with its pixels, read in blocks of the particle file. One per rank.
class ParticleStream {
 public:
  explicit ParticleStream(const ParticleSet& set);

  /// Particle i. It cannot be used when its image is unreadable, not finite or constant, or of a grid that is
  /// not the set's. Throws Error for a broken row of the particle file.
  ParticleImage read(std::int64_t i);

 private:
  const ParticleSet* set_;
  ImageReader reader_;
  std::int64_t first_ = 0;
  std::vector<Particle> block_;
};

}  // namespace elastem
