#pragma once

#include "mpi/comm/communicator.hpp"
#include "options/inspect_options.hpp"

namespace elastem {

/// Prints, on rank 0, how two tables of results differ (compare_results), the differences of --rows of the
/// first and of those that differ most; with --json as JSON. Collective. Throws Error.
void report_comparison(const Communicator& comm, const cli::InspectOptions& o);

}  // namespace elastem
