#pragma once

#include <array>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "mpi/comm/communicator.hpp"
#include "reconstruction/significant_peak.hpp"

namespace elastem {

/// How far a map is from 0 in units of its noise, from two half maps h: V/σ with V = (h₁ + h₂)/2 and σ² the
/// mean of ((h₁ − h₂)/2)² about each voxel, all blurred by a Gaussian that halves what is of period `detail`
/// [Å]; the mean has a Gaussian of standard deviation 2·detail. Written to `output` within the sphere that
/// the box holds, 0 beyond. Returns the peaks of 4 or more, the largest first, at most ten, each further than
/// 2·detail from those before. Where nothing is, some 10³ independent places make one of 4 now and then, and
/// one of 6 next to never. Collective. Throws Error for files that cannot be read or written.
std::vector<SignificantPeak> write_significance(const Communicator& comm,
                                                const std::array<std::string, 2>& halves, ImageGrid grid,
                                                double detail, const std::string& output);

}  // namespace elastem
