#include "mpi/linalg/memory_check.hpp"

#include "core/available_memory.hpp"
#include "core/error.hpp"

namespace elastem {

std::string gigabytes(double bytes) {
  const double value = bytes / 1e9;
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + (value < 100 ? 3 : 0)) + " GB";
}

void require_memory(const Communicator& comm, double rank_bytes, const std::string& what,
                    const std::string& remedy) {
  const double missing = comm.max(rank_bytes * comm.node().size() - available_memory());
  if (missing <= 0) return;
  throw Error(what + ", " + gigabytes(rank_bytes) + " on each of " + std::to_string(comm.size()) +
              " ranks; " + gigabytes(missing) + " are missing on one machine. " + remedy);
}

}  // namespace elastem
