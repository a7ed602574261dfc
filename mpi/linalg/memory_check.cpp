#include "mpi/linalg/memory_check.hpp"

#include "core/available_memory.hpp"
#include "core/error.hpp"

namespace elastem {

namespace {

int ranks_on_this_machine(const Communicator& comm) {
  MPI_Comm machine = MPI_COMM_NULL;
  MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &machine);
  int size = 1;
  MPI_Comm_size(machine, &size);
  MPI_Comm_free(&machine);
  return size;
}

}  // namespace

std::string gigabytes(double bytes) {
  const double value = bytes / 1e9;
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + (value < 100 ? 3 : 0)) + " GB";
}

void require_memory(const Communicator& comm, double rank_bytes, const std::string& what,
                    const std::string& remedy) {
  const double missing = comm.max(rank_bytes * ranks_on_this_machine(comm) - available_memory());
  if (missing <= 0) return;
  throw Error(what + ", " + gigabytes(rank_bytes) + " on each of " + std::to_string(comm.size()) +
              " ranks; " + gigabytes(missing) + " are missing on one machine. " + remedy);
}

}  // namespace elastem
