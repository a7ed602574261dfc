#pragma once

#include <string>

namespace elastem {

/// Writes what is made from the declarations of the commands into a folder: help/*.txt (what --help prints),
/// man/*.1 and elastem.bash. One process. Throws Error for a file that cannot be written.
void write_documentation(const std::string& folder);

/// What `elastem --help` prints.
std::string overview();

}  // namespace elastem
