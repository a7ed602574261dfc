#include "mpi/commands/pass_provenance.hpp"

#include "mpi/modes/modes_check.hpp"

namespace elastem {

Provenance pass_provenance(const Invocation& invocation, std::uint64_t seed, const ParticleSet& set,
                           const std::string& modes_file) {
  const Communicator& comm = invocation.comm;
  Provenance provenance = make_provenance(comm, invocation.command_line, invocation.effective(), seed);
  provenance.inputs = particle_fingerprints(comm, set);
  add_modes_input(comm, modes_file, provenance);
  return provenance;
}

}  // namespace elastem
