#pragma once

#include <string>
#include <vector>

#include "structure/structure.hpp"

namespace elastem {

/// The atoms that a selection names, ascending: chains/residues/atoms, of which the last may be left out,
/// each a list joined by + or * for all: "A/30-60", "A+B", "A/30-60+75/CA", "*/(GLY+ALA)". Residues are
/// numbers, ranges, or names in brackets. Throws Error: not understood, no such atom.
std::vector<Eigen::Index> selected_atoms(const Structure& structure, const std::string& selection);

}  // namespace elastem
