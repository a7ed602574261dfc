#pragma once

#include <string>
#include <vector>

#include "landscape/landscape.hpp"
#include "landscape/motion_coordinate.hpp"
#include "mpi/landscape/table_landscape.hpp"

namespace elastem {

/// Throws Error, naming the option, for a table without error bars.
void require_error_bars(const ResultTable& table, const std::string& option);

/// How the truth is distributed along coordinates that a user defines, of the particles that a landscape is
/// of, errors taken off (deconvolved_profile). Collective; throws Error for a table without error bars.
std::vector<CoordinateProfile> coordinate_profiles(const Communicator& comm, const ResultTable& table,
                                                   const LandscapeSettings& settings,
                                                   const std::vector<MotionCoordinate>& coordinates);

}  // namespace elastem
