#pragma once

#include <cstdint>
#include <vector>

#include "structure/atom_file.hpp"

namespace elastem {

/// A residue by its place in the file. Usually of one identity; more than one where the sample had several
/// there (microheterogeneity).
struct ResiduePlace {
  std::vector<FileResidue> identities{};
  int molecule = 0;       ///< counted from 0; two molecules may bear the same chain name
  bool linked = false;    ///< bonded to the residue before or behind it
  bool repeated = false;  ///< an earlier residue bears the same chain name and number

  /// The most occupied identity, the first of equals.
  const FileResidue& main() const;
};

/// Puts what the file says into residues, each at the place of its first atom. Labels alone merge nothing: a
/// stretch of atoms belongs to an earlier residue of its chain name and number only where it touches it (3 Å)
/// and either brings atoms of the same residue that are not there yet (hydrogens or other locations at the
/// end of the file), or is another identity (all at alternate locations, or the same atoms within 2 Å). A new
/// molecule begins with another chain name, after a TER, and where numbers start again and no bond leads on.
std::vector<ResiduePlace> residue_places(std::vector<FileResidue> residues);

}  // namespace elastem
