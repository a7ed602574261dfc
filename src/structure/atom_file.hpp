#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>
#include <gemmi/elem.hpp>

namespace elastem {

/// One atom as its record in the file says.
struct FileAtom {
  std::string name{};
  char location = 0;                     ///< label of an alternate location; 0: none
  gemmi::Element element{gemmi::El::X};  ///< X: the file does not say
  int element_letters = 0;  ///< that the name's place in its columns stands for, 1 or 2; 0: that says nothing
  Eigen::Vector3d position = Eigen::Vector3d::Zero();  ///< Å
  double occupancy = 1;
  double b_factor = 0;  ///< Å²
};

/// Consecutive atoms of one residue name, chain and number.
struct FileResidue {
  std::string name{}, chain{};
  std::string number_text{};  ///< number and insertion code as written: tells residues apart, however counted
  int number = 0;
  std::string insertion_code{};
  bool hetero = false;  ///< HETATM
  bool apart = false;   ///< behind the end of its chain, or no part of a polymer, as the file says
  int part = 0;         ///< of the file: a new one after each TER, or with each label_asym_id
  std::vector<FileAtom> atoms{};
};

struct FileModel {
  int number = 1;
  std::vector<FileResidue> residues{};  ///< in the order of the file; one may come back later
};

/// A PDB or mmCIF file as it stands: nothing is merged, guessed or left out.
struct AtomFile {
  const char* format = "PDB";  ///< or "mmCIF"
  std::vector<FileModel> models{};
  std::vector<std::string> remarks{};  ///< REMARK lines
};

/// Reads a PDB or mmCIF file, gzipped or not (told by their content). Atoms and residues keep the order of
/// the file. In PDB files END ends a model as ENDMDL does, columns 73–80 may hold anything, and a residue
/// name may have four letters. In mmCIF files number, chain and names are those of the authors or else the
/// labels'; element, occupancy, B-factor and model may be missing. Throws Error that names the file, and the
/// line or atom where there is one: not found, neither PDB nor mmCIF, no atoms, a coordinate that is not a
/// number.
AtomFile read_atom_file(const std::string& path);

/// Whether `atom`, of the same labels as `residue`, begins another residue: the residue's first atom comes
/// again, elsewhere.
bool begins_anew(const FileResidue& residue, const FileAtom& atom);

/// The parsers, of the whole text; see read_atom_file.
AtomFile parse_pdb(std::string_view content, const std::string& path);
AtomFile parse_mmcif(std::string_view content, const std::string& path);

}  // namespace elastem
