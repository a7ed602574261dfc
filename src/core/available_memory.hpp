#pragma once

#include <string>

namespace elastem {

/// The memory that this process may still take, in bytes: what the machine has free (MemAvailable of
/// /proc/meminfo) or, where that is less, what a limit leaves that a batch system such as Slurm put on its
/// control group or one above it (version 2: memory.max; version 1: memory.limit_in_bytes). Page cache, which
/// the system gives up on demand, counts as free. Infinity where the system says nothing. `root` is the
/// folder that holds proc/ and sys/.
double available_memory(const std::string& root = "/");

}  // namespace elastem
