#pragma once

#include <string>

#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {

/// Adds a modes file to a provenance's inputs: its fingerprint and its content (modes_content), by which
/// modes that were made again are known. Collective. Throws Error.
void add_modes_input(const Communicator& comm, const std::string& path, Provenance& provenance);

/// Amplitudes mean something together with the modes they are of alone. Compares the modes in a
/// result's provenance with the file at `modes_path`, by content; a provenance without one is taken on trust.
/// Throws Error (a warning with `accept`), naming the result, both modes files and, where both can be read,
/// their atoms and modes. Collective.
void require_modes_of(const Communicator& comm, const std::string& result_path, const Provenance& result,
                      const std::string& modes_path, bool accept);

/// Modes of two files can be combined where they are of the same atoms at the same places, in one frame;
/// those that `align --rebase` or `align -m A -m B` made at another place of the modes in their provenance
/// are, too. Throws Error (a warning with `accept`) that names the option of the second file. Collective.
void require_same_conformation(const Communicator& comm, const std::string& first_path,
                               const std::string& second_path, const std::string& option, bool accept);

/// The same of two results, whose amplitudes are to be compared.
void require_same_modes(const std::string& first_path, const Provenance& first,
                        const std::string& second_path, const Provenance& second, bool accept);

}  // namespace elastem
