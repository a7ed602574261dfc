#pragma once

namespace elastem {

/// What the program says to the shell.
enum ExitCode : int {
  done = 0,
  bug = 1,
  user_error = 2,
  stopped_on_request = 3,  ///< with its work saved: --resume continues it
};

}  // namespace elastem
