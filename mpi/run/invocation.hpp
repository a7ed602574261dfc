#pragma once

#include <string>
#include <vector>

#include "mpi/comm/session.hpp"

namespace elastem {

/// What the program was called with.
struct Invocation {
  const Communicator& comm;            ///< all ranks
  std::string command_line;            ///< as typed
  std::vector<std::string> arguments;  ///< after the command's name
};

}  // namespace elastem
