#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "core/new_file.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// The files that a run names, looked at before its work: what is read is a regular file (or a folder where
/// one may be), what is written may be written, in a folder that is there, and is none of the files that are
/// read, by whatever name; with neither --overwrite nor --resume it must not be there. While this lives, the
/// run has its outputs for itself.
class RunFiles {
 public:
  /// Collective. Throws Error that names the option.
  RunFiles(const Communicator& comm, const cli::OptionTable& options);

 private:
  void reserve(const cli::OptionTable& options);

  // On rank 0. The folders outlive what stands in them.
  std::vector<MadeFolders> folders_;
  std::vector<ReservedOutput> reserved_;
};

/// The same check of outputs whose names show only while a command works: files that come beside what
/// `option` names. Collective; rank 0's `files` count.
void check_beside(const Communicator& comm, const cli::OptionTable& options, const std::string& option,
                  const std::vector<std::string>& files);

/// The same of files that are read and that no option names, such as the stacks of a particle file: throws
/// Error where the run would write over one. Collective; rank 0's `files` count.
void require_kept(const Communicator& comm, const cli::OptionTable& options,
                  const std::vector<std::string>& files);

}  // namespace elastem
