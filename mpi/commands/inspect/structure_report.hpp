#pragma once

#include <string>

namespace elastem {

/// Prints what a structure file holds as elastem reads it: models, atoms, residues and molecules of the first
/// one, what is left out, what is guessed, the extent, and the nodes of a Cα model; of pseudoatoms their
/// width and weights. Throws Error: see read_structure.
void report_structure(const std::string& path);

}  // namespace elastem
