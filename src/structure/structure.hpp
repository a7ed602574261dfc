#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// One atom's labels; its position stands in Structure::positions.
struct Atom {
  std::string name{};          ///< e.g. "CA"
  std::string element{};       ///< symbol, e.g. "C"
  std::string residue_name{};  ///< e.g. "ALA"
  std::string chain{};
  int residue_number = 0;
  std::string insertion_code{};
  int residue = 0;      ///< place of the residue in the file; tells apart what labels do not
  int molecule = 0;     ///< place of the molecule in the file; several may bear one chain name
  double b_factor = 0;  ///< Å²
  double mass = 0;      ///< atomic mass units
  double charge_sum = 0;  ///< ΣZ of what the node stands for: the atom's Z, or its residue's ΣZ in a Cα model
};

/// The atom as a user finds it in the file, e.g. "chain A GLY 5 CA".
std::string atom_label(const Atom& atom);

/// Whether two atoms of a structure belong to the same residue: by its place and labels.
bool same_residue(const Atom& a, const Atom& b);
/// Whether they belong to the same molecule: by its place and chain name.
bool same_molecule(const Atom& a, const Atom& b);

/// Atoms (or one node per residue) in file order.
struct Structure {
  std::vector<Atom> atoms;
  Eigen::Matrix3Xd positions;  ///< Å, one column per atom

  Eigen::Index size() const { return positions.cols(); }
};

/// The first atom of each residue: neighbouring atoms of which same_residue is true.
std::vector<std::size_t> residue_starts(const std::vector<Atom>& atoms);

/// One value per atom: what stands in a member of Atom. Numbers come as a vector to calculate with.
template <class T>
std::vector<T> of_atoms(const Structure& structure, T Atom::*member) {
  std::vector<T> values;
  values.reserve(structure.atoms.size());
  for (const Atom& atom : structure.atoms) values.push_back(atom.*member);
  return values;
}
inline Eigen::VectorXd of_atoms(const Structure& structure, double Atom::*member) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(structure.atoms.size()));
  for (std::size_t i = 0; i < structure.atoms.size(); ++i)
    values(static_cast<Eigen::Index>(i)) = structure.atoms[i].*member;
  return values;
}

}  // namespace elastem
