#pragma once

#include <string>

#include "core/error.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {

/// What to do about an existing output: --resume continues it after `stored` was compared with `now`
/// (Error that names each option or input that changed), --overwrite replaces it, otherwise an Error.
enum class Output { create, resume };
Output decide_output(const Communicator& comm, const std::string& path, bool resume, bool overwrite);
/// The Error for an output that is there and neither to be replaced nor resumed.
Error output_exists(const std::string& path, bool resumable);
/// Throws Error naming the output at `path` and each input and option that differs between the stored run and
/// this one.
void require_same_run(const Provenance& stored, const Provenance& now,
                      const std::string& path = "the output");

}  // namespace elastem
