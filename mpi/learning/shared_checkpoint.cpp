#include "mpi/learning/shared_checkpoint.hpp"

#include "mpi/run/provenance.hpp"

namespace elastem {

Checkpoint shared_checkpoint(const Communicator& comm, const std::string& path) {
  const std::string bytes = from_root(comm, [&] { return file_bytes(path); });
  return collectively_get(comm, [&] {
    Checkpoint checkpoint = parse_checkpoint(bytes, path);
    try {
      parse_fingerprints(checkpoint.inputs);
    } catch (const Error& error) {
      throw Error("the network " + path + ": " + error.what());
    }
    return checkpoint;
  });
}

}  // namespace elastem
