#pragma once

#include <string>

#include "learning/checkpoint.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The checkpoint at `path`, read by rank 0 alone. Collective. Throws Error on all ranks: missing, and as
/// parse_checkpoint.
Checkpoint shared_checkpoint(const Communicator& comm, const std::string& path);

}  // namespace elastem
