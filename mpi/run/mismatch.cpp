#include "mpi/run/mismatch.hpp"

#include <spdlog/spdlog.h>

#include "core/error.hpp"

namespace elastem {

void report_mismatch(const std::string& difference, const std::string& remedy, bool accept) {
  if (!accept) throw Error(difference + ": " + remedy + ", or accept it with --accept-mismatch");
  spdlog::warn("{}; accepted", difference);
}

}  // namespace elastem
