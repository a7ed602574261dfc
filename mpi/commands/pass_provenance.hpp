#pragma once

#include <cstdint>
#include <string>

#include "mpi/particles/particle_set.hpp"
#include "mpi/run/invocation.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {

/// How the result of a pass over particles comes about: the command, the particles and the modes. Collective.
/// Throws Error.
Provenance pass_provenance(const Invocation& invocation, std::uint64_t seed, const ParticleSet& set,
                           const std::string& modes_file);

}  // namespace elastem
