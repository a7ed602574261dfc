#pragma once

#include <cstdint>
#include <vector>

#include "structure/structure.hpp"

namespace elastem {

/// Atoms that two structures have in common: first[k] of the one is second[k] of the other, in the order of
/// the first.
struct AtomMatch {
  std::vector<Eigen::Index> first, second;
  bool by_sequence = false;  ///< chains or numbers differ, so that sequences were aligned
};

/// Pairs the atoms of two structures. By their labels (chain, residue number, insertion code, atom name)
/// where these name the same residues; else chain by chain, those of most alike sequences together, by a
/// global alignment of the residue names and by the names of the atoms in aligned residues. Of a chain pair
/// at least 40 % of the shorter sequence must agree. Equal chains under other names are paired in file order.
AtomMatch match_atoms(const Structure& first, const Structure& second);

/// How a structure has changed into another one.
struct ObservedChange {
  std::vector<Eigen::Index> nodes;  ///< of the reference, that both have
  Eigen::Matrix3Xd displacement;  ///< Å, a column for each of them: target − reference, superposed on them
  double rmsd = 0;                ///< Å, after superposition
  bool by_sequence = false;
};

/// Superposes what `target` has in common with `reference` onto it and takes the difference. Throws Error
/// when they have fewer than three atoms in common.
ObservedChange observed_change(const Structure& reference, const Structure& target);

}  // namespace elastem
