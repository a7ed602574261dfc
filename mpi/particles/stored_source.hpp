#pragma once

#include "cli/option_table.hpp"
#include "mpi/particles/result_match.hpp"
#include "particles/particle_source.hpp"

namespace elastem {

/// The particles that a result was made from, with the options by which they were read, as its provenance
/// has them. Where a path of them is not there but beside the result, it is that one. Any rank.
ParticleSource stored_source(const NamedTable& result);

/// `source`, with what the user does not say (--datadir, --stack, --pixel-size, --passthrough,
/// --negative-defocus, --invert) as the result's run had it, where that was of this particle file; the log
/// says what is taken. Of another particle file nothing is taken, and the log names what may be missing.
/// Collective. Throws Error where the particle file cannot be read.
ParticleSource source_as_stored(const Communicator& comm, const ParticleSource& source,
                                const cli::OptionTable& options, const NamedTable& result);

}  // namespace elastem
