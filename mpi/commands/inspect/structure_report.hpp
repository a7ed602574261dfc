#pragma once

#include <string>

namespace elastem {

/// Prints what a structure file holds as elastem reads it: atoms, residues and chains of the first model,
/// what is left out, the extent, and the nodes of a Cα model. Throws Error: see read_structure.
void report_structure(const std::string& path);

}  // namespace elastem
