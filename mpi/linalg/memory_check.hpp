#pragma once

#include <string>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Bytes in words, e.g. "1.95 GB".
std::string gigabytes(double bytes);

/// Throws Error, the same on all ranks, when a machine has less memory left (available_memory, which knows
/// the limits of batch systems) than `rank_bytes` for each of its ranks. The text is `what` with the numbers
/// and then `remedy`. Collective.
void require_memory(const Communicator& comm, double rank_bytes, const std::string& what,
                    const std::string& remedy);

}  // namespace elastem
