#pragma once

#include <span>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The quantile of a share (0 … 1) of the numbers of all ranks, none of them NaN, exactly as numpy.quantile
/// has it of them together (linear between neighbours), the same on any number of ranks; NaN where there are
/// none. No number leaves its rank. Collective.
double quantile(const Communicator& comm, std::span<const double> own, double share);

}  // namespace elastem
