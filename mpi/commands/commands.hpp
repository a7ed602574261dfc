#pragma once

#include "mpi/run/invocation.hpp"

namespace elastem {

/// One function a command; collective. Each returns an exit code (0 done, 3 stopped on request with its work
/// saved) and throws Error for what the user can mend. `--help` prints on rank 0 and returns 0.
int modes_command(const Invocation& invocation);
int synthesize_command(const Invocation& invocation);
int align_command(const Invocation& invocation);
int train_command(const Invocation& invocation);
int predict_command(const Invocation& invocation);
int evaluate_command(const Invocation& invocation);
int landscape_command(const Invocation& invocation);
int reconstruct_command(const Invocation& invocation);
int export_command(const Invocation& invocation);
int inspect_command(const Invocation& invocation);

}  // namespace elastem
