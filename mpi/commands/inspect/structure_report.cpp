#include "mpi/commands/inspect/structure_report.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "structure/structure_file.hpp"

namespace elastem {

namespace {

// Chains are what is asked for; of a file of ligands alone these.
StructureFile read_atoms(const std::string& path) {
  try {
    return read_structure(path, {});
  } catch (const Error&) {
    return read_structure(path, {.ligands = true});
  }
}

Eigen::Index node_count(const std::string& path) {
  try {
    return read_structure(path, {.nodes = Nodes::ca}).structure.size();
  } catch (const Error&) {
    return 0;  // of ligands alone
  }
}

struct Molecule {
  std::size_t first = 0, last = 0;  ///< atoms
  std::int64_t residues = 0;
};

std::vector<Molecule> molecules_of(const std::vector<Atom>& atoms) {
  std::vector<Molecule> molecules;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (i == 0 || !same_molecule(atoms[i - 1], atoms[i])) molecules.push_back({i, i, 0});
    molecules.back().residues += i == molecules.back().first || !same_residue(atoms[i - 1], atoms[i]);
    molecules.back().last = i;
  }
  return molecules;
}

void say_molecules(const std::vector<Atom>& atoms, const std::vector<Molecule>& molecules) {
  constexpr std::size_t most = 40;
  const auto residue = [](const Atom& atom) {
    return fmt::format("{} {}{}", atom.residue_name, atom.residue_number, atom.insertion_code);
  };
  say("  {:<8}{:>10}{:>10}  {:<12}{}", "chain", "residues", "atoms", "from", "to");
  for (std::size_t i = 0; i < std::min(molecules.size(), most); ++i) {
    const Molecule& one = molecules[i];
    const std::string& chain = atoms[one.first].chain;
    say("  {:<8}{:>10}{:>10}  {:<12}{}", chain.empty() ? "(blank)" : chain, one.residues,
        one.last - one.first + 1, residue(atoms[one.first]), residue(atoms[one.last]));
  }
  if (molecules.size() > most) say("  and {} more", molecules.size() - most);
}

void say_extent(const Structure& structure) {
  const Eigen::Vector3d low = structure.positions.rowwise().minCoeff(),
                        high = structure.positions.rowwise().maxCoeff(), size = high - low;
  const Eigen::Matrix3Xd apart = structure.positions.colwise() - structure.positions.rowwise().mean();
  say("  extent {:.1f} × {:.1f} × {:.1f} Å, from ({:.1f}, {:.1f}, {:.1f}) to ({:.1f}, {:.1f}, {:.1f}); "
      "radius of "
      "gyration {:.1f} Å",
      size.x(), size.y(), size.z(), low.x(), low.y(), low.z(), high.x(), high.y(), high.z(),
      std::sqrt(apart.colwise().squaredNorm().mean()));
  const Eigen::VectorXd b = of_atoms(structure, &Atom::b_factor);
  say("  B-factors {:.2f} to {:.2f} Å²", b.minCoeff(), b.maxCoeff());
}

void say_doubts(const Doubts& doubts) {
  for (const std::string& note : notes_of(doubts)) say("  {}", note);
  for (const std::string& warning : warnings_of(doubts)) say("  ! {}", warning);
}

}  // namespace

void report_structure(const std::string& path) {
  const StructureFile file = read_atoms(path);
  const Structure& structure = file.structure;
  const std::string models =
      file.model_count > 1 ? fmt::format("model {} of {}", file.model, file.model_count) : "one model";
  const double weight = of_atoms(structure, &Atom::charge_sum).sum();
  if (file.pseudoatoms) {
    say("{}: pseudoatoms ({}, {}): {}, {}, the sum of their weights {:.6g}", path, file.format, models,
        structure.size(),
        file.pseudoatom_sigma > 0 ? fmt::format("σ {:g} Å", file.pseudoatom_sigma) : "of unknown σ", weight);
  } else {
    const std::vector<Molecule> molecules = molecules_of(structure.atoms);
    std::int64_t residues = 0;
    for (const Molecule& one : molecules) residues += one.residues;
    say("{}: a structure of {} atoms in {} residues of {} {} ({}, {}), {:.0f} electrons without hydrogens",
        path, structure.size(), residues, molecules.size(), molecules.size() == 1 ? "molecule" : "molecules",
        file.format, models, weight);
    say("  nodes of --atoms ca: {}", node_count(path));
    const LeftOut& out = file.left_out;
    say("  left out: {} hydrogens, {} water, {} ligand and ion atoms, {} atoms at other locations",
        out.hydrogens, out.waters, out.ligands, out.alternates);
    say_molecules(structure.atoms, molecules);
  }
  say_doubts(file.doubts);
  say_extent(structure);
}

}  // namespace elastem
