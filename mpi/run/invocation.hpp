#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "mpi/comm/session.hpp"

namespace elastem {

/// What the program was called with.
struct Invocation {
  const Communicator& comm;         ///< all ranks
  std::string command_line;         ///< as typed
  const cli::OptionTable& options;  ///< those of the command, read

  /// Options that shape the result as name=value, with the values they have now: for provenance.
  std::vector<std::string> effective() const { return options.effective(); }
};

}  // namespace elastem
