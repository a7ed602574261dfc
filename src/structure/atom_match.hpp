#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "structure/structure.hpp"

namespace elastem {

/// What told which atoms belong together.
enum class MatchedBy {
  labels,    ///< chain, number and atom name
  order,     ///< the place in the file, of files with the same residues and atoms
  sequence,  ///< aligned sequences of the chains
};

/// Atoms that two structures have in common: first[k] of the one is second[k] of the other, in the order of
/// the first.
struct AtomMatch {
  std::vector<Eigen::Index> first, second;
  MatchedBy by = MatchedBy::labels;
  bool labels_repeat = false;  ///< two residues of one structure bear the same chain name and number
};

/// How they were matched, to go on a sentence: ", by aligned sequences"; empty for labels that say it all.
std::string match_remark(const AtomMatch& match);

/// Pairs the atoms of two structures. By their labels (chain, residue number, insertion code, atom name)
/// where these name the same residues; else chain by chain, those of most alike sequences together, by a
/// global alignment of the residue names and by the names of the atoms in aligned residues. Of a chain pair
/// at least 40 % of the shorter sequence must agree. Equal chains under other names are paired in file order.
/// Where residues of either structure share their labels these are not looked at: atoms are paired by order
/// where both have the same ones in the same order, else by sequence, molecule by molecule.
AtomMatch match_atoms(const Structure& first, const Structure& second);

/// How a structure has changed into another one.
struct ObservedChange {
  std::vector<Eigen::Index> nodes;  ///< of the reference, that both have
  Eigen::Matrix3Xd displacement;  ///< Å, a column for each of them: target − reference, superposed on them
  double rmsd = 0;                ///< Å, after superposition
  std::string match_remark;       ///< how atoms were matched
};

/// Superposes what `target` has in common with `reference` onto it and takes the difference. Throws Error
/// when they have fewer than three atoms in common.
ObservedChange observed_change(const Structure& reference, const Structure& target);

}  // namespace elastem
