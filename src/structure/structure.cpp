#include "structure/structure.hpp"

namespace elastem {

std::string atom_label(const Atom& atom) {
  return (atom.chain.empty() ? "" : "chain " + atom.chain + " ") + atom.residue_name + " " +
         std::to_string(atom.residue_number) + atom.insertion_code + " " + atom.name;
}

}  // namespace elastem
