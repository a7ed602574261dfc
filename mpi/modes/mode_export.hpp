#pragma once

#include <string>

#include "mpi/comm/communicator.hpp"
#include "mpi/run/invocation.hpp"
#include "options/export_options.hpp"

namespace elastem {

/// Modes as a file of another program, by the name of the output: .nmd for NMWiz and ProDy; .xmd for Xmipp
/// and ContinuousFlex, with the vectors in modes/vec.N and the structure in atoms.pdb beside it. One mode in
/// memory at a time; the vector files are shared out over the ranks. Collective; throws Error.
void export_modes(const Invocation& invocation, const cli::ExportOptions& options);

}  // namespace elastem
