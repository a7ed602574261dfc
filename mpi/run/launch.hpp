#pragma once

#include <string>

namespace elastem {

/// A sentence for the user where the launcher or Slurm speaks of several processes but MPI has one rank: each
/// copy would do all the work. "" otherwise, and on every copy but the first. `ranks`: of the world.
std::string launch_warning(int ranks);

/// Opens /dev/null in place of standard streams that are closed: else the next file that is opened would take
/// what is meant for them. What is then printed on standard output fails. Makes a limit of file sizes
/// (ulimit -f) a failure of the write, not a signal. Call first in main.
void prepare_process();

/// Throws Error where the limit of address space (ulimit -v) leaves less than BLAS takes when it is first
/// used: it would wait for ever.
void require_address_space();

/// Throws Error where what was printed did not reach standard output, as on a full disk.
void require_printed();

}  // namespace elastem
