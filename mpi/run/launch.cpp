#include "mpi/run/launch.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

// OpenBLAS maps one buffer per thread when it is first used, and tries again for ever where it cannot.
constexpr std::size_t blas_buffer = std::size_t{256} << 20;

// What a launcher tells its processes: how many there are and which one this is.
struct Launcher {
  const char *name, *count, *rank;
};
constexpr Launcher launchers[] = {{"Slurm", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"},
                                  {"Slurm", "SLURM_NTASKS", "SLURM_PROCID"},
                                  {"mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                  {"the launcher", "PMI_SIZE", "PMI_RANK"},
                                  {"the launcher", "MPI_LOCALNRANKS", "MPI_LOCALRANKID"}};

// −1 where there is no number.
int number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  int number = -1;
  if (text) std::from_chars(text, text + std::string_view(text).size(), number);
  return number;
}

}  // namespace

std::string launch_warning(int ranks) {
  if (ranks > 1) return "";
  for (const auto& [name, count, rank] : launchers) {
    const int processes = number_in(count);
    if (processes < 0) continue;
    if (processes < 2 || number_in(rank) > 0) return "";
    return fmt::format(
        "{} speaks of {} processes ({}), but MPI has one rank: each copy does all the work by itself, and "
        "only "
        "one can write an output; start the ranks with the mpirun of this elastem's MPI, or with srun "
        "--mpi=pmix",
        name, processes, count);
  }
  return "";
}

void prepare_process() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is the stream's.
    if (::open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) continue;
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

void require_address_space() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  void* const room =
      ::mmap(nullptr, blas_buffer, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    throw Error(
        fmt::format("less than {} MiB of address space are left (ulimit -v), which is less than the "
                    "libraries take: raise the limit",
                    blas_buffer >> 20));
  ::munmap(room, blas_buffer);
  // Now, while there is room for it.
  using Multiply =
      void (*)(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
               const int*, const double*, const int*, const double*, double*, const int*);
  const auto multiply = reinterpret_cast<Multiply>(dlsym(RTLD_DEFAULT, "dgemm_"));
  const int one = 1;
  const double factor = 1, a = 1, b = 1;
  double product = 0;
  if (multiply) multiply("N", "N", &one, &one, &one, &factor, &a, &one, &b, &one, &factor, &product, &one);
}

void require_printed() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw Error(fmt::format("standard output cannot be written to ({}): what was printed is lost",
                          errno == 0 ? "it failed" : std::generic_category().message(errno)));
}

}  // namespace elastem
