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

/// Whether gemmi's table knows the name as an amino acid or a nucleotide.
bool is_polymer_residue(const std::string& residue_name);
/// Whether it knows the name as water.
bool is_water_residue(const std::string& residue_name);

}  // namespace elastem
