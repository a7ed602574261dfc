#include "structure/structure.hpp"

namespace elastem {

std::string atom_label(const Atom& atom) {
  return (atom.chain.empty() ? "" : "chain " + atom.chain + " ") + atom.residue_name + " " +
         std::to_string(atom.residue_number) + atom.insertion_code + " " + atom.name;
}

bool same_residue(const Atom& a, const Atom& b) {
  return a.residue == b.residue && same_molecule(a, b) && a.residue_number == b.residue_number &&
         a.insertion_code == b.insertion_code && a.residue_name == b.residue_name;
}

bool same_molecule(const Atom& a, const Atom& b) {
  return a.molecule == b.molecule && a.chain == b.chain;
}

}  // namespace elastem
