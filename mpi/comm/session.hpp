#pragma once

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// MPI's lifetime: initialised here (MPI_THREAD_FUNNELED), finalised when it goes. One a process, owned by
/// main.
class Session {
 public:
  Session(int& argc, char**& argv);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Communicator& world() const { return world_; }

 private:
  Communicator world_;
};

/// Whether a stop was asked for (SIGTERM, SIGINT or SIGUSR1 since `watch_stop_signals`). Long commands poll
/// it between particles, finish what they hold, and exit with 3.
bool stop_requested();
/// Installs the handlers; a second SIGINT ends the process at once, and so does the first where nobody polls
/// within two seconds.
void watch_stop_signals();

}  // namespace elastem
