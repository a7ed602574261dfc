#pragma once

#include <cstdint>
#include <vector>

#include "mpi/particles/result_match.hpp"
#include "options/selection_options.hpp"

namespace elastem {

/// Which of this rank's own_rows of a table an expression chooses. Collective. Throws Error that names the
/// option and points at what is wrong.
std::vector<std::uint8_t> chosen_by_expression(const Communicator& comm, const NamedTable& table,
                                               const cli::SelectionOptions& options, bool accept_mismatch);

}  // namespace elastem
