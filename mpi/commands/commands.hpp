#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "mpi/run/exit_code.hpp"
#include "mpi/run/invocation.hpp"

namespace elastem {

namespace cli {
struct ModesOptions;
}

/// A command about to be run: its options, still to be read, and what it does with them.
struct Task {
  cli::OptionTable options;
  std::function<ExitCode(const Invocation&)> run;  ///< collective
  std::function<std::string()> next;               ///< what to do with the result; empty: nothing
};

/// One row of the table of commands. A command is a struct of options with `declare` and `next_step`
/// (src/options), and a function that runs it.
struct Command {
  std::string name, summary;
  std::function<Task()> task;
  bool here;  ///< this program runs it; else elastem-learning does (learning_program.hpp)
};

/// The command `modes`, for another one that makes modes of a new structure. Collective. Throws Error.
ExitCode modes_command(const Invocation& invocation, cli::ModesOptions& o);

/// In the order of a workflow.
const std::vector<Command>& commands();

}  // namespace elastem
