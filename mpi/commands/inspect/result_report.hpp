#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "mpi/run/provenance.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// Prints how a file was made.
void say_provenance(const Provenance& provenance);

/// Prints what a table of results holds: states of its rows, the spread of scores, amplitudes and shifts,
/// which modes move, a learnt prior, what is under /fit, how it was made. One rank.
void report_results(const std::string& path, const ResultTable& table);

/// The same as JSON.
nlohmann::ordered_json results_json(const std::string& path, const ResultTable& table);

}  // namespace elastem
