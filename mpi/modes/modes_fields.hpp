#pragma once

#include "mpi/modes/modes_file.hpp"

namespace elastem {

/// How many values a field of modes.h5 has.
enum class Extent { single, per_atom, per_mode };

/// A data set of modes.h5.
struct ModesField {
  const char* path;
  Extent extent;
  hdf5::Note note;
  bool in_older_files = true;
};

/// Every field of the file but the vectors: visit(field, value), where a value per atom may be a member of
/// Atom. What is written, read and compared follows from this list.
template <class Content, class Visit>
void for_each_field(Content& content, Visit&& visit) {
  using enum Extent;
  auto& [numbers, eigenvalues, vectors, rotations, collectivity, score, enabled] = content.modes;
  visit(ModesField{"structure/positions", per_atom, {"Å", "reference positions from the centre of mass"}},
        content.structure.positions);
  visit(ModesField{"structure/centre", single, {"Å", "what was taken off the positions of the input file"}},
        content.centre);
  visit(ModesField{"structure/weights", per_atom, {"electrons", "density of each atom"}}, content.weights);
  visit(
      ModesField{
          "structure/atom_model", single, {"none", "density of an atom: gaussian or scattering"}, false},
      content.atom_model.density);
  visit(ModesField{"structure/atom_sigma", single, {"Å", "standard deviation of the Gaussian of an atom"}},
        content.atom_model.sigma);
  visit(ModesField{"structure/scattering_b_factor",
                   single,
                   {"Å²", "blur of the electron scattering factors of an atom"},
                   false},
        content.atom_model.b_factor);
  visit(ModesField{"structure/atoms", single, {"none", "which atoms: all, ca or pseudoatoms"}},
        content.atoms);
  visit(ModesField{"structure/atom_name", per_atom, {"none", "atom names"}}, &Atom::name);
  visit(ModesField{"structure/element", per_atom, {"none", "chemical elements"}}, &Atom::element);
  visit(ModesField{"structure/residue_name", per_atom, {"none", "residue names"}}, &Atom::residue_name);
  visit(ModesField{"structure/chain", per_atom, {"none", "chain names"}}, &Atom::chain);
  visit(ModesField{"structure/insertion_code", per_atom, {"none", "insertion codes of the residues"}},
        &Atom::insertion_code);
  visit(ModesField{"structure/residue_number", per_atom, {"none", "residue numbers"}}, &Atom::residue_number);
  visit(ModesField{"structure/residue",
                   per_atom,
                   {"none", "place of the residue in the input file: labels may repeat, this does not"},
                   false},
        &Atom::residue);
  visit(
      ModesField{"structure/molecule", per_atom, {"none", "place of the molecule in the input file"}, false},
      &Atom::molecule);
  visit(ModesField{"structure/b_factor", per_atom, {"Å²", "B-factors of the input file"}}, &Atom::b_factor);
  visit(ModesField{"structure/mass", per_atom, {"atomic mass units", "atomic masses"}}, &Atom::mass);
  visit(ModesField{"structure/charge_sum",
                   per_atom,
                   {"elementary charges", "sum of the atomic numbers that a node stands for"}},
        &Atom::charge_sum);
  visit(ModesField{"modes/eigenvalues", per_mode, {"spring constants", "ascending"}}, eigenvalues);
  visit(ModesField{"modes/numbers", per_mode, {"none", "counted from 1 with the six rigid-body modes"}},
        numbers);
  visit(ModesField{"modes/collectivity", per_mode, {"none", "Brüschweiler 1995, 0 to 1"}}, collectivity);
  visit(ModesField{"modes/score", per_mode, {"none", "rank by order and collectivity; low is good"}}, score);
  visit(ModesField{"modes/enabled", per_mode, {"none", "0: switched off, hardly collective"}}, enabled);
  visit(ModesField{"modes/cutoff", single, {"Å", "longest spring of the elastic network"}}, content.cutoff);
}

}  // namespace elastem
