#include "mpi/comm/exchange.hpp"

namespace elastem {
namespace {

std::vector<int> offsets(std::span<const int> counts) {
  std::vector<int> sums(counts.size() + 1, 0);
  for (std::size_t i = 0; i < counts.size(); ++i) sums[i + 1] = sums[i] + counts[i];
  return sums;
}

}  // namespace

std::vector<int> exchanged_counts(const Communicator& comm, std::span<const int> counts) {
  require(static_cast<int>(counts.size()) == comm.size(), "one count per rank");
  std::vector<int> incoming(counts.size(), 0);
  MPI_Alltoall(counts.data(), 1, MPI_INT, incoming.data(), 1, MPI_INT, comm.handle());
  return incoming;
}

void exchange_bytes(const Communicator& comm, std::size_t item_bytes, const void* outgoing,
                    std::span<const int> counts, void* incoming, std::span<const int> incoming_counts) {
  MPI_Datatype item = MPI_DATATYPE_NULL;
  MPI_Type_contiguous(static_cast<int>(item_bytes), MPI_BYTE, &item);
  MPI_Type_commit(&item);
  MPI_Alltoallv(outgoing, counts.data(), offsets(counts).data(), item, incoming, incoming_counts.data(),
                offsets(incoming_counts).data(), item, comm.handle());
  MPI_Type_free(&item);
}

}  // namespace elastem
