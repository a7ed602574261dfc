#pragma once

#include <string>

namespace elastem {

/// What one residue of a chain (its water of condensation gone) is made of, without hydrogens.
struct ResidueComposition {
  double charge_sum = 0;  ///< ΣZ, electrons
  double mass = 0;        ///< atomic mass units
};

/// The composition of an amino acid or nucleotide residue by its name, from gemmi's table of residues: the
/// molecular weight less that of its hydrogens and of one oxygen (condensation). ΣZ follows from the weight,
/// for C, N, O and S have Z = A/2; it is exact for the standard residues (tested). Both are 0 for a name that
/// is not in the table.
ResidueComposition residue_composition(const std::string& residue_name);

/// Whether the name is that of an amino acid or a nucleotide, in gemmi's table of residues or as molecular
/// dynamics programs write it.
bool is_polymer_residue(const std::string& residue_name);
/// Whether it is one of the 20 amino acids or the nucleotides, under any of their names.
bool is_standard_residue(const std::string& residue_name);
/// Whether it is a group that ends a chain of amino acids: ACE, NME, NH2, ….
bool is_chain_cap(const std::string& residue_name);
/// Whether it is water, also as molecular dynamics programs write it: TIP3, WAT, SOL, ….
bool is_water_residue(const std::string& residue_name);

}  // namespace elastem
