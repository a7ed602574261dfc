#pragma once

#include <string>

#include <Eigen/Core>

#include "mpi/reconstruction/image_insertion.hpp"
#include "reconstruction/central_slices.hpp"

namespace elastem {

/// The map that the images of a set give, and its projections.
struct SetMap {
  CentralSlices slices;
  double resolution = 0;  ///< Å, finest detail that they hold
};

/// The map of all particles that `poses` has, in the surroundings of `atoms` (3×N, Å) only: within 10 Å, with
/// a soft edge of 6 Å, less the mean of what lies around. Two halves of the particles, every second each,
/// tell by their correlation there what in each shell is signal: the map is weighted by 2·FSC/(1 + FSC) and
/// cut off where that first falls below 0.143, or at 96 cells of the images' grid; else its noise would be
/// signal of its projections. Also written to `path`. Every rank holds the slices. Collective. Throws Error.
SetMap map_of_set(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                  const Eigen::Matrix3Xd& atoms, const std::string& path, bool show_progress);

}  // namespace elastem
