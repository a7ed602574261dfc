#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The amplitudes (Å) of a particle from a file: row i modulo the number of rows, of a text table with a
/// number for each of `modes`, which every rank holds, or, when its name ends in .h5, of a result table that
/// has these modes, of which each rank holds a block of rows. Collective; throws Error for a broken file, a
/// table without one of the modes, and a particle of a result table that is not done.
std::function<Eigen::VectorXd(std::uint64_t)> open_amplitudes(const Communicator& comm,
                                                              const std::string& path,
                                                              const std::vector<int>& modes);

}  // namespace elastem
