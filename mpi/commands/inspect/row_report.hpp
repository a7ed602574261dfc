#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mpi/comm/communicator.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/inspect_options.hpp"

namespace elastem {

/// A table of results of --rows, --worst and --json, refused where the file is another. Collective. Throws
/// Error.
ResultTable open_inspected(const Communicator& comm, const std::string& path);

/// The rows of --rows, from 0, in ascending order. Throws Error that names the option: no such list, a row
/// that the table does not have.
std::vector<std::int64_t> listed_rows(const cli::InspectOptions& o, const ResultTable& table);

/// Prints, on rank 0, what the rows of --rows and the particles of lowest score hold, or with --json alone
/// what the table holds. Collective.
void report_rows(const Communicator& comm, const cli::InspectOptions& o);

}  // namespace elastem
