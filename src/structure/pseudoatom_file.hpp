#pragma once

#include <string>

#include "structure/atom_file.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// How the Gaussians of a map stand in a PDB file: atoms DENS of residues DEN (ours) or DENS (Xmipp), their
/// width in a REMARK, their weights as B-factors or occupancies.
struct PseudoatomText {
  double sigma = 0;         ///< standard deviation, Å; 0: not told
  bool in_b_factor = true;  ///< where the weights stand; else in the occupancy
  double unit = 1;          ///< what 1 in that column is
};

/// Whether all atoms are pseudoatoms by their names.
bool are_pseudoatoms(const FileModel& model);

/// What the remarks tell, ours or Xmipp's ("fixedGaussian 2.5", "intensityColumn Bfactor"); where they do not
/// tell the column it is the occupancy, unless that is the same everywhere and the B-factor is not.
PseudoatomText pseudoatom_text(const AtomFile& file, const FileModel& model);

/// Writes pseudoatoms of charge_sum > 0 and one width (Å): B-factor 100 is the largest weight. Throws Error
/// when it cannot.
void write_pseudoatoms(const std::string& path, Structure structure, double sigma);

}  // namespace elastem
