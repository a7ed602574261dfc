#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/name_table.hpp"
#include "structure/doubts.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// Which nodes a structure is read as.
enum class Nodes {
  all,  ///< every atom of the polymers but hydrogens
  ca,   ///< one node a residue: Cα of an amino acid, P of a nucleotide
};

inline constexpr NamedValue<Nodes> nodes_names[] = {{Nodes::all, "all"}, {Nodes::ca, "ca"}};
constexpr NameTable<Nodes> name_table(Nodes) {
  return nodes_names;
}

struct StructureSelection {
  Nodes nodes = Nodes::all;
  std::vector<std::string> chains{};  ///< chain names to read; empty: all of them
  int model = 0;                      ///< number of the model as it stands in the file; 0: the first
  bool ligands = false;               ///< with Nodes::all, read ligands and ions too
};

/// What of the file is not in the structure, counted in atoms unless said otherwise.
struct LeftOut {
  std::int64_t hydrogens = 0;
  std::int64_t waters = 0;
  std::int64_t ligands = 0;  ///< atoms of residues that are not part of a chain of amino acids or nucleotides
  std::int64_t alternates = 0;             ///< other locations of atoms that were read
  std::int64_t other_chains = 0;           ///< atoms of chains that were not selected
  std::int64_t not_nodes = 0;              ///< Nodes::ca: polymer atoms that are not nodes themselves
  std::int64_t residues_without_node = 0;  ///< Nodes::ca: residues in which Cα or P is missing
};

struct StructureFile {
  Structure structure;
  LeftOut left_out;
  Doubts doubts;
  const char* format = "PDB";   ///< or "mmCIF"
  int model = 1;                ///< number of the model that was read
  int model_count = 1;          ///< models in the file
  bool pseudoatoms = false;     ///< of a map: charge_sum holds their weights
  double pseudoatom_sigma = 0;  ///< Å; 0: the file does not say
};

/// Reads a PDB or mmCIF file (read_atom_file), or pseudoatoms (pseudoatom_file.hpp).
/// Residues are told apart by their places in the file (residue_places). Left out and counted: hydrogens,
/// waters and, unless they are selected, ligands and ions. Of alternate locations each residue keeps one: A,
/// or where there is no A the one of highest occupancy; of several identities the most occupied one. Elements
/// that the file does not say, or that cannot be, are guessed (guessed_element). With Nodes::ca an atom
/// stands for its residue: its charge_sum and mass are those of the residue's non-hydrogen atoms as in the
/// chain (residue_composition, so that a complete file and one that holds only Cα give the same), and for a
/// residue that is not tabulated those of its atoms in the file. Positions are as in the file (Å). Throws
/// Error that names the file, and the line or atom where there is one: not found, neither PDB nor mmCIF, a
/// coordinate that is not a number, unknown chain or model, nothing left after the selection, pseudoatoms as
/// Nodes::ca.
StructureFile read_structure(const std::string& path, const StructureSelection& selection);

/// Calls `use` for each model of such a file, in its order; the selection's model is of no account. Throws as
/// read_structure.
void for_each_model(const std::string& path, const StructureSelection& selection,
                    const std::function<void(const StructureFile&)>& use);

}  // namespace elastem
