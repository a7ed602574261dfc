#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "imaging/projection.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/reconstruction/half_maps.hpp"

namespace elastem {

/// What is made of two half maps beside them.
struct HalfMapRequest {
  std::string stem;  ///< the halves are STEM_half1.mrc and STEM_half2.mrc
  ImageGrid grid;
  CorrelationMask mask;
  std::optional<double> b_factor;  ///< Å²; none: of the Guinier plot
  std::uint64_t seed = 1;
};

/// The correlation of the halves as numbers and picture, and the filtered and sharpened map with its report.
/// What comes of it is said in the log. Collective. Throws Error when a file cannot be read or written.
void write_half_map_outputs(const Communicator& comm, const HalfMapRequest& request);

}  // namespace elastem
