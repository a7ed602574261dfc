#pragma once

#include "imaging/projection.hpp"
#include "io/particle_file.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Goes through all particles of a file, each rank an equal share, and gives the grid of the first. Memory: a
/// bit an image of the stacks. Collective.
///
/// Throws Error: a value that cannot be used, a stack that is missing or too short, an image that is two
/// particles', optics groups of different box or pixel size. Warns of particles whose box is not that of the
/// first or not that of their images (they fail later, by themselves), and of an XMD whose defocus is
/// negative throughout. Logs where a stack named with `..` lies.
ImageGrid check_particles(const Communicator& comm, const ParticleFile& file);

}  // namespace elastem
