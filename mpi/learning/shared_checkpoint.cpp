#include "mpi/learning/shared_checkpoint.hpp"

namespace elastem {

Checkpoint shared_checkpoint(const Communicator& comm, const std::string& path) {
  const std::string bytes = from_root(comm, [&] { return file_bytes(path); });
  return collectively_get(comm, [&] { return parse_checkpoint(bytes, path); });
}

}  // namespace elastem
