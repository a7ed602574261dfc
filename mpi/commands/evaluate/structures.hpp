#pragma once

#include "mpi/run/exit_code.hpp"
#include "mpi/run/invocation.hpp"
#include "options/evaluate_options.hpp"

namespace elastem {

/// `elastem evaluate --structures`: a result against true conformations. Names and poses come from the
/// truth's particle file, so that it does not matter which amplitudes truth.h5 has. Collective. Throws Error.
ExitCode evaluate_structures(const Invocation& invocation, const cli::EvaluateOptions& o);

}  // namespace elastem
