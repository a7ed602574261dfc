#pragma once

#include "imaging/projection.hpp"
#include "mpi/comm/communicator.hpp"
#include "particles/particle_survey.hpp"

namespace elastem {

/// What a look at all particles found, the same on every rank.
struct CheckedParticles {
  /// The different grids of the optics groups that occur: first that of the first particle, then in the order
  /// of the optics table.
  std::vector<ImageGrid> grids;
  std::vector<std::string> stacks;  ///< absolute paths, in the order of their first particles
  std::size_t longest_key = 0;      ///< bytes of the longest particle_key
  bool all_overfocus = false;       ///< every defocus is negative
};

/// Goes through all particles of a file, each rank an equal share. Memory: a bit per image of the stacks.
/// Collective.
///
/// Throws Error: a value that cannot be used, a stack that is missing, too short or of volumes, and unless
/// accepted optics groups of different box or pixel size. Warns of particles whose box is not that of the
/// first or not that of their images (they fail later, by themselves), of images that are several rows', and
/// of what looks like another unit (unit_doubts). Logs how many rows are disabled, and where a stack named
/// with
/// `..` lies.
CheckedParticles check_particles(const Communicator& comm, const ParticleFile& file, Accepted accepted = {});

}  // namespace elastem
