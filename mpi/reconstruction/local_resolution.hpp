#pragma once

#include <cstdint>
#include <string>

#include "mpi/comm/communicator.hpp"
#include "mpi/reconstruction/half_maps.hpp"
#include "reconstruction/local_resolution.hpp"

namespace elastem {

/// Of which half maps, and how finely.
struct LocalResolutionRequest {
  std::string first, second;  ///< half maps of this grid
  ImageGrid grid;
  CorrelationMask mask;     ///< windows are where it is; empty: within the sphere that the box holds
  double radius = 0;        ///< of the window, Å
  double step = 0;          ///< from window to window, Å
  int randomised_from = 1;  ///< the first shell of random phases
  std::uint64_t seed = 1;
  bool show_progress = false;
};

/// Writes the local resolution in Å as a map: that of the halves within each window (LocalCorrelation), the
/// spatial frequency linear between them; 0 where there is no window. Windows are shared over the ranks, each
/// of which holds the sections of its own. Quantiles are of the mask's voxels, or of all that have a value.
/// Collective. Throws Error as correlation_of_halves, and when the map cannot be written.
LocalResolution write_local_resolution(const Communicator& comm, const LocalResolutionRequest& request,
                                       const std::string& output);

}  // namespace elastem
