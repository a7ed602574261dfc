#include "mpi/linalg/memory_check.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/available_memory.hpp"
#include "core/error.hpp"

namespace elastem {

std::string gigabytes(double bytes) {
  const double value = bytes / 1e9;
  return value < 100 ? fmt::format("{:.2f} GB", value) : fmt::format("{:.0f} GB", value);
}

void require_memory(const Communicator& comm, double rank_bytes, const std::string& what,
                    const std::string& remedy) {
  const double missing = comm.max(rank_bytes * comm.node().size() - available_memory());
  if (missing <= 0) return;
  throw Error(fmt::format("{}, {} on each of {} ranks; {} are missing on one machine. {}", what,
                          gigabytes(rank_bytes), comm.size(), gigabytes(missing), remedy));
}

}  // namespace elastem
