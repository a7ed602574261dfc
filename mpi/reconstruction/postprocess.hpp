#pragma once

#include <optional>
#include <string>

#include "mpi/comm/communicator.hpp"
#include "reconstruction/postprocess.hpp"

namespace elastem {

/// Two half maps, where they were compared (empty: no mask), and what came of it.
struct HalfMaps {
  std::string first, second, mask;
  ImageGrid grid;
  HalfCorrelation curves;
};

/// The map of both halves as it is looked at, written to `output`: their mean, each shell weighted by what it
/// correlates with the true map, sharpened by the B-factor of its own Guinier plot or the one that is given
/// (Å², negative sharpens), up to the resolution. It stands where the first half does. Collective. Throws
/// Error as write_map, and for halves that cannot be read.
Postprocessing write_postprocessed(const Communicator& comm, const HalfMaps& halves,
                                   const std::optional<double>& b_factor, const std::string& output);

}  // namespace elastem
