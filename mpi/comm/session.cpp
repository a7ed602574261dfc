#include "mpi/comm/session.hpp"

#include <csignal>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

#include "core/error.hpp"
#include "core/transient_file.hpp"

namespace elastem {
namespace {

volatile std::sig_atomic_t stop_flag = 0;
volatile std::sig_atomic_t stop_seen = 0;  // by who asked whether to stop
volatile std::sig_atomic_t interrupts = 0;

constexpr unsigned patience_seconds = 2;

extern "C" void note_signal(int signal) {
  stop_flag = 1;
  if (signal != SIGINT) return;
  interrupts = interrupts + 1;
  if (interrupts > 1) {
    remove_transient_files();
    _exit(128 + SIGINT);
  }
  alarm(patience_seconds);
}

// Who presses Ctrl-C in a stage that does not look for it does not wait for its end: what is in the files is
// whole at any moment.
extern "C" void end_unheard(int) {
  if (stop_seen != 0) return;
  constexpr std::string_view text = "elastem: interrupted; what files hold already is whole and stays\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
  remove_transient_files();
  _exit(128 + SIGINT);
}

// A program that no launcher started needs no daemon beside it, which Open MPI would start and wait for (a
// third of a second).
void do_without_daemon() {
  for (const char* launched : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "SLURM_STEP_ID"})
    if (std::getenv(launched)) return;
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
}

// In place, Open MPI 4.1 adds up long vectors along a tree by default: the whole of it in each of 2·log2 n
// rounds, and one rank adds all. Halving and doubling (Rabenseifner) moves it twice, whatever n is.
void choose_algorithms() {
  setenv("OMPI_MCA_coll_libnbc_iallreduce_algorithm", "3", 0);
}

Communicator initialise(int& argc, char**& argv) {
  do_without_daemon();
  choose_algorithms();
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  require(provided >= MPI_THREAD_FUNNELED, "this MPI does not offer MPI_THREAD_FUNNELED");
  return Communicator::world();
}

}  // namespace

Session::Session(int& argc, char**& argv) : world_(initialise(argc, argv)) {}

Session::~Session() {
  MPI_Finalize();
}

bool stop_requested() {
  if (stop_flag != 0) stop_seen = 1;
  return stop_flag != 0;
}

void watch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // a signal must not cut a write short
  for (int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
  action.sa_handler = end_unheard;
  sigaction(SIGALRM, &action, nullptr);
}

}  // namespace elastem
