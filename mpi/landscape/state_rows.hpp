#pragma once

#include <string>

#include "landscape/landscape.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// Writes a line per row of the table, selected or not, outliers among them: its image, where the landscape
/// has states its likeliest one (0: its estimate is wrong) and the probability of each, and what its image
/// says of the first three components [Å], or its amplitudes where the table does not have that. Behind the
/// image of a particle that is not done nothing stands. A rank holds the text of its rows, rank 0 that of a
/// 256th of all. Collective. Throws Error when the file cannot be written.
void write_state_rows(const Communicator& comm, const ResultTable& table, const Landscape& landscape,
                      const std::string& path);

}  // namespace elastem
