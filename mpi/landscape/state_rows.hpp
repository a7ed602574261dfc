#pragma once

#include <string>

#include "landscape/landscape.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// Writes a line per particle that is done, in the order of the rows, outliers among them: its image, its
/// likeliest state (0: its estimate is wrong), the probability of each state, and what its image says of the
/// components [Å]. `landscape` has states. A rank holds the text of its rows, rank 0 that of a 256th of all.
/// Collective. Throws Error when the file cannot be written.
void write_state_rows(const Communicator& comm, const ResultTable& table, const Landscape& landscape,
                      const std::string& path);

}  // namespace elastem
