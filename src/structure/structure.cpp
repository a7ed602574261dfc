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

std::vector<std::size_t> residue_starts(const std::vector<Atom>& atoms) {
  std::vector<std::size_t> starts;
  for (std::size_t a = 0; a < atoms.size(); ++a)
    if (a == 0 || !same_residue(atoms[a], atoms[a - 1])) starts.push_back(a);
  return starts;
}

bool same_molecule(const Atom& a, const Atom& b) {
  return a.molecule == b.molecule && a.chain == b.chain;
}

}  // namespace elastem
