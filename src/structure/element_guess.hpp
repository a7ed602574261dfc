#pragma once

#include "structure/atom_file.hpp"

namespace elastem {

/// Whether the element that the file gives cannot be: a metal, say, in a standard amino acid or nucleotide.
bool is_impossible_element(const FileAtom& atom, const FileResidue& residue);

/// The element of an atom by its residue and name, where the file does not give it or gives one that cannot
/// be. In an amino acid, a nucleotide or a cap of a chain it is the first letter of the name (and selenium
/// where the name is SE); an atom that is its own residue is the ion that the residue's name says; else the
/// place of the name in its columns decides, and where names stand flush left, whether the name as a whole is
/// the symbol of an element that is no label of a carbon, nitrogen, oxygen or hydrogen. X where nothing fits.
gemmi::Element guessed_element(const FileAtom& atom, const FileResidue& residue);

}  // namespace elastem
