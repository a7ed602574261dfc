#include "structure/structure_file.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <gemmi/resinfo.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "structure/atom_file.hpp"
#include "structure/element_guess.hpp"
#include "structure/pseudoatom_file.hpp"
#include "structure/residue_composition.hpp"
#include "structure/residue_places.hpp"

namespace elastem {

namespace {

constexpr double same_atom = 0.1;  // Å: nothing is so near to something else

std::size_t chosen_model(const AtomFile& file, int number, const std::string& path) {
  if (number == 0) return 0;
  const auto found = std::ranges::find(file.models, number, &FileModel::number);
  if (found != file.models.end()) return static_cast<std::size_t>(found - file.models.begin());
  throw Error(fmt::format("model {} is not in {}: its {} models are numbered {} to {}.", number, path,
                          file.models.size(), file.models.front().number, file.models.back().number));
}

void require_chains(const FileModel& model, const std::vector<std::string>& wanted, const std::string& path) {
  std::set<std::string> there;
  for (const FileResidue& residue : model.residues) there.insert(residue.chain);
  for (const std::string& name : wanted) {
    if (there.contains(name)) continue;
    std::string list;
    for (const std::string& one : there) list += (list.empty() ? "'" : ", '") + one + "'";
    throw Error("chain '" + name + "' is not in " + path + suggestion(name, {there.begin(), there.end()}) +
                ". Its chains are " + list + ".");
  }
}

bool has_atom(const FileResidue& residue, std::string_view name) {
  return std::ranges::any_of(residue.atoms, [&](const FileAtom& atom) { return atom.name == name; });
}

// Names of water that other molecules bear too count where the atoms are those of water: oxygen, hydrogens
// and sites without mass.
bool is_water(const FileResidue& residue) {
  constexpr std::size_t most_sites = 6;
  if (!is_water_residue(residue.name)) return false;
  if (gemmi::find_tabulated_residue(residue.name).is_water()) return true;
  return residue.atoms.size() <= most_sites && std::ranges::all_of(residue.atoms, [](const FileAtom& atom) {
           const std::size_t letter = atom.name.find_first_not_of("0123456789");
           return letter != std::string::npos &&
                  std::string_view("OHDMELW").find(atom.name[letter]) != std::string_view::npos;
         });
}

// A residue of a chain: one by its name, or one with the backbone of a peptide or a nucleotide, or (a residue
// of unknown name in a coarse or broken file) ATOM records with a Cα that is alone or has a neighbour of the
// main chain: a lipid's tenth carbon may be called CA too.
bool in_polymer(const ResiduePlace& place) {
  const FileResidue& residue = place.main();
  // A free amino acid or nucleotide, as the file says: AMP in its pocket.
  if (residue.hetero && residue.apart && !place.linked) return false;
  if (is_polymer_residue(residue.name) || is_chain_cap(residue.name)) return true;
  if (gemmi::find_tabulated_residue(residue.name).found()) return false;
  const bool peptide = has_atom(residue, "N") && has_atom(residue, "CA") && has_atom(residue, "C");
  const auto sugar = [&](const std::string& name) {
    return has_atom(residue, name + "'") || has_atom(residue, name + "*");
  };
  const bool nucleotide = sugar("C4") && sugar("C3") && sugar("O3");
  const bool alone = residue.atoms.size() == 1;
  return peptide || nucleotide ||
         (!residue.hetero && has_atom(residue, "CA") &&
          (alone || has_atom(residue, "N") || has_atom(residue, "C")));
}

// The alternate location a residue is read at: A, else the one of highest summed occupancy; 0 where it has
// none.
char chosen_location(const FileResidue& residue) {
  std::map<char, double> occupancy;
  for (const FileAtom& atom : residue.atoms)
    if (atom.location != 0) occupancy[atom.location] += atom.occupancy;
  if (occupancy.empty()) return '\0';
  if (occupancy.contains('A')) return 'A';
  return std::ranges::max_element(occupancy, {}, [](const auto& entry) { return entry.second; })->first;
}

// Pairs of atoms that are nearer than any two atoms are: a sweep along x.
void find_close(const Structure& structure, Doubts& doubts) {
  std::vector<Eigen::Index> order(structure.atoms.size());
  std::iota(order.begin(), order.end(), 0);
  const Eigen::Matrix3Xd& r = structure.positions;
  std::ranges::sort(order, {}, [&](Eigen::Index i) { return r(0, i); });
  for (std::size_t a = 0; a < order.size(); ++a)
    for (std::size_t b = a + 1; b < order.size() && r(0, order[b]) - r(0, order[a]) < same_atom; ++b) {
      if ((r.col(order[a]) - r.col(order[b])).squaredNorm() >= same_atom * same_atom) continue;
      if (++doubts.close > 1) continue;
      const auto [first, second] = std::minmax(order[a], order[b]);
      doubts.first_close = atom_label(structure.atoms[static_cast<std::size_t>(first)]) + " and " +
                           atom_label(structure.atoms[static_cast<std::size_t>(second)]);
    }
}

// An atom of a residue and what it is.
struct ReadAtom {
  const FileAtom* atom;
  gemmi::Element element;
  bool guessed;
};

// Collects the atoms of one model.
class Reader {
 public:
  Reader(StructureFile& result, const StructureSelection& selection, const std::string& path)
      : result_(&result), selection_(&selection), path_(&path) {}

  void read(std::vector<FileResidue> residues) {
    for (const ResiduePlace& place : residue_places(wanted(std::move(residues)))) {
      const FileResidue& residue = place.main();
      polymer_ = in_polymer(place);
      molecule_ = place.molecule;
      for (const FileResidue& identity : place.identities)
        if (&identity != &residue)
          result_->left_out.alternates += static_cast<std::int64_t>(identity.atoms.size());
      if (!polymer_ && !selection_->ligands) {
        result_->left_out.ligands += static_cast<std::int64_t>(residue.atoms.size());
      } else {
        result_->doubts.repeated_residues += place.repeated;
        result_->doubts.mixed_residues += place.identities.size() > 1;
        read(residue);
      }
      ++place_;
    }
    finish();
  }

  // Every atom as it stands, its weight where the text says.
  void read_pseudoatoms(std::vector<FileResidue> residues, const PseudoatomText& text) {
    for (const FileResidue& residue : wanted(std::move(residues))) {
      for (const FileAtom& atom : residue.atoms) {
        Atom node = labelled(atom, residue, gemmi::El::C);
        node.residue_name = "DEN";
        node.mass = 1;
        node.charge_sum = text.unit * (text.in_b_factor ? atom.b_factor : atom.occupancy);
        add(atom, std::move(node));
      }
      ++place_;
    }
    finish();
  }

 private:
  // What is of the selected chains and no water.
  std::vector<FileResidue> wanted(std::vector<FileResidue> residues) {
    std::vector<FileResidue> kept;
    for (FileResidue& residue : residues) {
      const auto atoms = static_cast<std::int64_t>(residue.atoms.size());
      if (!selection_->chains.empty() &&
          std::ranges::find(selection_->chains, residue.chain) == selection_->chains.end())
        result_->left_out.other_chains += atoms;
      else if (is_water(residue))
        result_->left_out.waters += atoms;
      else
        kept.push_back(std::move(residue));
    }
    return kept;
  }

  void read(const FileResidue& residue) {
    const std::vector<ReadAtom> atoms = heavy_atoms(residue);
    ResidueComposition whole = residue_composition(residue.name);
    const bool by_atoms = whole.charge_sum == 0;
    if (selection_->nodes == Nodes::all || by_atoms) {
      const auto guessed = std::ranges::count_if(atoms, &ReadAtom::guessed);
      result_->doubts.guessed_elements += guessed;
      if (!polymer_) result_->doubts.guessed_in_ligands += guessed;
    }
    for (const ReadAtom& one : atoms) {
      if (by_atoms) {
        whole.charge_sum += one.element.atomic_number();
        whole.mass += one.element.weight();
      }
      if (selection_->nodes == Nodes::ca) continue;
      Atom node = labelled(*one.atom, residue, one.element);
      node.mass = one.element.weight();
      node.charge_sum = one.element.atomic_number();
      add(*one.atom, std::move(node));
    }
    if (selection_->nodes == Nodes::ca) read_node(residue, atoms, whole);
  }

  // The residue's Cα or P for the whole of it.
  void read_node(const FileResidue& residue, const std::vector<ReadAtom>& atoms,
                 const ResidueComposition& whole) {
    const auto named = [&](std::string_view name) {
      return std::ranges::find_if(atoms, [&](const ReadAtom& one) { return one.atom->name == name; });
    };
    auto node = named("CA");
    if (node == atoms.end()) node = named("P");
    LeftOut& left_out = result_->left_out;
    left_out.not_nodes += static_cast<std::int64_t>(atoms.size()) - (node != atoms.end());
    if (node == atoms.end()) {
      left_out.residues_without_node += !is_chain_cap(residue.name);
      return;
    }
    Atom atom = labelled(*node->atom, residue, node->element);
    atom.mass = whole.mass;
    atom.charge_sum = whole.charge_sum;
    add(*node->atom, std::move(atom));
  }

  // The atoms of a residue but hydrogens, at one location; an atom that is not there at all is taken from
  // where it has the highest occupancy, so that no atom is lost.
  std::vector<ReadAtom> heavy_atoms(const FileResidue& residue) {
    const char location = chosen_location(residue);
    std::vector<ReadAtom> atoms;
    std::map<std::string_view, std::size_t> first_named;
    for (const FileAtom& atom : residue.atoms) {
      const ReadAtom one = with_element(atom, residue);
      if (gemmi::is_hydrogen(one.element)) {
        ++(atom.location == 0 || atom.location == location ? result_->left_out.hydrogens
                                                           : result_->left_out.alternates);
        continue;
      }
      const auto [place, is_new] = first_named.emplace(atom.name, atoms.size());
      if (is_new) {
        atoms.push_back(one);
        continue;
      }
      ReadAtom& there = atoms[place->second];
      const FileAtom& other = *there.atom;
      if (atom.location != other.location) {
        ++result_->left_out.alternates;
        if (other.location != location && (atom.location == location || atom.occupancy > other.occupancy))
          there = one;
      } else if (polymer_ || (atom.position - other.position).norm() < same_atom) {
        if (++result_->doubts.doubled == 1)
          result_->doubts.first_doubled = atom_label(labelled(atom, residue, one.element));
        if (atom.occupancy > other.occupancy) there = one;
      } else {
        atoms.push_back(one);  // a ligand whose atoms are named by their elements
      }
    }
    return atoms;
  }

  ReadAtom with_element(const FileAtom& atom, const FileResidue& residue) const {
    if (atom.element != gemmi::El::X && !is_impossible_element(atom, residue))
      return {&atom, atom.element, false};
    const gemmi::Element element = guessed_element(atom, residue);
    if (element == gemmi::El::X)
      throw Error(
          fmt::format("the element of atom {} of residue {} {} in {} is unknown. Fill in columns 77–78 "
                      "(mmCIF: _atom_site.type_symbol).",
                      atom.name, residue.name, residue.number, *path_));
    return {&atom, element, true};
  }

  Atom labelled(const FileAtom& atom, const FileResidue& residue, gemmi::Element element) const {
    Atom result;
    result.name = atom.name;
    result.element = element.name();
    result.residue_name = residue.name;
    result.chain = residue.chain;
    result.residue_number = residue.number;
    result.insertion_code = residue.insertion_code;
    result.residue = place_;
    result.molecule = molecule_;
    result.b_factor = atom.b_factor;
    return result;
  }

  void add(const FileAtom& atom, Atom node) {
    result_->structure.atoms.push_back(std::move(node));
    positions_.push_back(atom.position);
  }

  void finish() {
    Eigen::Matrix3Xd& positions = result_->structure.positions;
    positions.resize(3, static_cast<Eigen::Index>(positions_.size()));
    for (std::size_t i = 0; i < positions_.size(); ++i)
      positions.col(static_cast<Eigen::Index>(i)) = positions_[i];
    find_close(result_->structure, result_->doubts);
  }

  StructureFile* result_;
  const StructureSelection* selection_;
  const std::string* path_;
  std::vector<Eigen::Vector3d> positions_;
  bool polymer_ = true;  ///< the residue that is read
  int place_ = 0, molecule_ = 0;
};

std::string nothing_left(const StructureFile& result, const StructureSelection& selection,
                         const std::string& path) {
  const LeftOut& out = result.left_out;
  return fmt::format(
      "no atoms of {} are left: {} belong to waters, {} to ligands, {} are hydrogens, {} belong to other "
      "chains and {} are not Cα or P. {}",
      path, out.waters, out.ligands, out.hydrogens, out.other_chains, out.not_nodes,
      selection.nodes == Nodes::ca ? "Read all atoms or another chain."
                                   : "A protein or nucleic acid is needed.");
}

StructureFile structure_of(AtomFile& file, std::size_t chosen, const std::string& path,
                           const StructureSelection& selection) {
  FileModel& model = file.models[chosen];
  require_chains(model, selection.chains, path);
  StructureFile result;
  result.format = file.format;
  result.model_count = static_cast<int>(file.models.size());
  result.model = model.number;
  result.pseudoatoms = are_pseudoatoms(model);
  if (result.pseudoatoms) {
    if (selection.nodes == Nodes::ca)
      throw Error(path + " holds pseudoatoms of a map, which have no Cα; read them as --atoms all");
    const PseudoatomText text = pseudoatom_text(file, model);
    result.pseudoatom_sigma = text.sigma;
    Reader(result, selection, path).read_pseudoatoms(std::move(model.residues), text);
  } else {
    Reader(result, selection, path).read(std::move(model.residues));
  }
  if (result.structure.size() == 0) throw Error(nothing_left(result, selection, path));
  return result;
}

}  // namespace

StructureFile read_structure(const std::string& path, const StructureSelection& selection) {
  AtomFile file = read_atom_file(path);
  return structure_of(file, chosen_model(file, selection.model, path), path, selection);
}

void for_each_model(const std::string& path, const StructureSelection& selection,
                    const std::function<void(const StructureFile&)>& use) {
  AtomFile file = read_atom_file(path);
  for (std::size_t i = 0; i < file.models.size(); ++i) use(structure_of(file, i, path, selection));
}

}  // namespace elastem
