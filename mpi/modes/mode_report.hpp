#pragma once

#include "modes/normal_modes.hpp"
#include "mpi/run/invocation.hpp"
#include "options/modes_options.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// Finds before the work what would stop the report after it: a folder that holds one already, a target that
/// cannot be read. Collective.
void prepare_mode_report(const Communicator& comm, const cli::ModesOptions& options);
/// Whether the target has atoms in common with the structure, which is rank 0's, before the modes are
/// computed. Collective. Throws Error.
void check_mode_report(const Communicator& comm, const cli::ModesOptions& o, const Structure& structure);
/// Whether the modes that --animate names are there, before anything is written. Collective. Throws Error.
void check_animated_modes(const Communicator& comm, const cli::ModesOptions& o, const NormalModes& modes);

/// Judges the modes that stand in `options.output`: the overlaps with --target in the log, and --report with
/// plots, tables and animations. Modes are read one by one; animations are shared out over the ranks, the
/// rest is rank 0's. Nothing without these options. Collective.
void report_modes(const Invocation& invocation, const cli::ModesOptions& options);

}  // namespace elastem
