#include "structure/structure_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>

#include <gemmi/mmread.hpp>
#include <zlib.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "structure/residue_composition.hpp"

namespace elastem {

namespace {

// The whole file, decompressed where it is gzipped: zlib passes plain files through.
std::string file_content(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Error("structure file not found: " + path + ". Check the path.");
  if (std::filesystem::is_directory(path))
    throw Error(path + " is a directory; a PDB or mmCIF file is needed.");
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose_r);
  if (!file) throw Error("cannot open " + path + ": " + std::strerror(errno) + ". Check its permissions.");
  std::string content;
  std::vector<char> buffer(1 << 20);
  int count = 0;
  while ((count = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
    content.append(buffer.data(), static_cast<std::size_t>(count));
  int code = Z_OK;
  const char* text = gzerror(file.get(), &code);
  if (count < 0 || code != Z_OK)
    throw Error("cannot read " + path + ": " + (code == Z_ERRNO ? std::strerror(errno) : text) +
                ". The file is damaged or truncated; fetch it again.");
  return content;
}

// gemmi reads a PDB coordinate that is no number as 0, so the columns are checked here.
void check_pdb_coordinates(const std::string& content, const std::string& path) {
  std::size_t line_number = 0;
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = std::min(content.find('\n', start), content.size());
    const std::string_view line(content.data() + start, end - start);
    start = end + 1;
    ++line_number;
    if (!line.starts_with("ATOM") && !line.starts_with("HETATM")) continue;
    const std::string where = "line " + std::to_string(line_number) + " of " + path + ": ";
    if (line.size() < 54)
      throw Error(where + "an atom record of " + std::to_string(line.size()) +
                  " characters has no coordinates (columns 31–54). Restore the line or remove it.");
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::string field(line.substr(30 + 8 * axis, 8));
      char* rest = nullptr;
      const double value = std::strtod(field.c_str(), &rest);
      const bool complete =
          rest != field.c_str() && std::string_view(rest).find_first_not_of(" \r") == std::string_view::npos;
      if (!complete || !std::isfinite(value))
        throw Error(where + "coordinate " + "xyz"[axis] + " is '" + field +
                    "', not a number. Correct the line or remove the atom.");
    }
  }
}

gemmi::Structure parsed(std::string content, const std::string& path) {
  const gemmi::CoorFormat format =
      gemmi::coor_format_from_content(content.data(), content.data() + content.size());
  try {
    if (format == gemmi::CoorFormat::Mmcif)
      return gemmi::make_structure(gemmi::cif::read_memory(content.data(), content.size(), path.c_str()));
    if (format == gemmi::CoorFormat::Pdb) {
      check_pdb_coordinates(content, path);
      return gemmi::read_pdb_from_memory(content.data(), content.size(), path);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {
    throw Error("cannot read " + path + " as " + (format == gemmi::CoorFormat::Pdb ? "PDB" : "mmCIF") + ": " +
                e.what() + ". Check that the file is a complete PDB or mmCIF file.");
  }
  throw Error(path + " is neither a PDB nor an mmCIF file: it holds no atom records.");
}

const gemmi::Model& chosen_model(const gemmi::Structure& file, int number, const std::string& path) {
  if (number == 0) return file.models.front();
  const auto found = std::ranges::find(file.models, std::to_string(number), &gemmi::Model::name);
  if (found != file.models.end()) return *found;
  throw Error("model " + std::to_string(number) + " is not in " + path + ": its " +
              std::to_string(file.models.size()) + " models are numbered " + file.models.front().name +
              " to " + file.models.back().name + ".");
}

void require_chains(const gemmi::Model& model, const std::vector<std::string>& wanted,
                    const std::string& path) {
  std::set<std::string> there;
  for (const gemmi::Chain& chain : model.chains) there.insert(chain.name);
  for (const std::string& name : wanted) {
    if (there.contains(name)) continue;
    std::string list;
    for (const std::string& one : there) list += (list.empty() ? "'" : ", '") + one + "'";
    throw Error("chain '" + name + "' is not in " + path + suggestion(name, {there.begin(), there.end()}) +
                ". Its chains are " + list + ".");
  }
}

bool has_atom(const gemmi::Residue& residue, const char* name) {
  return std::ranges::any_of(residue.atoms, [&](const gemmi::Atom& atom) { return atom.name == name; });
}

// A residue of a chain: one gemmi's table knows, or one with the backbone of a peptide or a nucleotide, or (a
// residue of unknown name in a Cα-only file) an ATOM record with a Cα.
bool in_polymer(const gemmi::Residue& residue) {
  // A free amino acid or nucleotide, as the file says: AMP in its pocket.
  if (residue.het_flag == 'H' && residue.entity_type == gemmi::EntityType::NonPolymer) return false;
  if (is_polymer_residue(residue.name)) return true;
  if (gemmi::find_tabulated_residue(residue.name).found()) return false;
  const bool peptide = has_atom(residue, "N") && has_atom(residue, "CA") && has_atom(residue, "C");
  const bool nucleotide = has_atom(residue, "C4'") && has_atom(residue, "C3'") && has_atom(residue, "O3'");
  return peptide || nucleotide || (residue.het_flag == 'A' && has_atom(residue, "CA"));
}

// The alternate location a residue is read at: A, else the one of highest summed occupancy; 0 where it has
// none.
char chosen_location(const gemmi::Residue& residue) {
  std::vector<std::pair<char, double>> occupancy;
  for (const gemmi::Atom& atom : residue.atoms) {
    if (!atom.has_altloc()) continue;
    const auto found = std::ranges::find(occupancy, atom.altloc, &std::pair<char, double>::first);
    if (found == occupancy.end())
      occupancy.emplace_back(atom.altloc, atom.occ);
    else
      found->second += atom.occ;
  }
  if (occupancy.empty()) return '\0';
  std::ranges::sort(occupancy);
  if (occupancy.front().first == 'A') return 'A';
  return std::ranges::max_element(occupancy, {}, &std::pair<char, double>::second)->first;
}

// The atoms of a residue at one location; an atom that is not there at all is taken from where it has the
// highest occupancy, so that no atom is lost.
std::vector<const gemmi::Atom*> at_one_location(const gemmi::Residue& residue) {
  const char location = chosen_location(residue);
  std::vector<const gemmi::Atom*> atoms;
  for (const gemmi::Atom& atom : residue.atoms) {
    const auto same_name = [&](const gemmi::Atom* other) { return other->name == atom.name; };
    const auto found = atom.has_altloc() ? std::ranges::find_if(atoms, same_name) : atoms.end();
    if (found == atoms.end())
      atoms.push_back(&atom);
    else if ((*found)->altloc != location && (atom.altloc == location || atom.occ > (*found)->occ))
      *found = &atom;
  }
  return atoms;
}

// Two residues at one place of the chain (microheterogeneity): same number, all atoms at alternate locations.
bool is_alternate_of(const gemmi::Residue& residue, const gemmi::Residue& other) {
  const auto alternate = [](const gemmi::Atom& atom) { return atom.has_altloc(); };
  return residue.seqid == other.seqid && residue.name != other.name &&
         std::ranges::all_of(residue.atoms, alternate) && std::ranges::all_of(other.atoms, alternate);
}

gemmi::Element element_of(const gemmi::Atom& atom, const gemmi::Residue& residue, const std::string& path) {
  // "CA" written from the first column looks like calcium, but amino acids hold none.
  if (atom.name == "CA" && atom.element == gemmi::El::Ca && residue.name != "CA") return gemmi::El::C;
  if (atom.element.atomic_number() > 0) return atom.element;
  for (const char letter : atom.name)
    if (std::isalpha(static_cast<unsigned char>(letter)))
      if (const gemmi::Element guess(gemmi::impl::find_single_letter_element(letter));
          guess.atomic_number() > 0)
        return guess;
  throw Error("the element of atom " + atom.name + " of residue " + residue.name + " " + residue.seqid.str() +
              " in " + path + " is unknown. Fill in columns 77–78 (mmCIF: _atom_site.type_symbol).");
}

// Collects the atoms of one model.
class Reader {
 public:
  Reader(StructureFile& result, const StructureSelection& selection, const std::string& path)
      : result_(&result), selection_(&selection), path_(&path) {}

  void read(const gemmi::Model& model) {
    for (const gemmi::Chain& chain : model.chains) {
      const bool wanted = selection_->chains.empty() ||
                          std::ranges::find(selection_->chains, chain.name) != selection_->chains.end();
      const gemmi::Residue* previous = nullptr;
      for (const gemmi::Residue& residue : chain.residues) {
        const auto atoms = static_cast<std::int64_t>(residue.atoms.size());
        if (!wanted)
          result_->left_out.other_chains += atoms;
        else if (residue.is_water() || is_water_residue(residue.name))
          result_->left_out.waters += atoms;
        else if (!in_polymer(residue) && !selection_->ligands)
          result_->left_out.ligands += atoms;
        else if (previous && is_alternate_of(residue, *previous))
          result_->left_out.alternates += atoms;
        else
          read(*(previous = &residue), chain.name);
      }
    }
    Eigen::Matrix3Xd& positions = result_->structure.positions;
    positions.resize(3, static_cast<Eigen::Index>(positions_.size()));
    for (std::size_t i = 0; i < positions_.size(); ++i)
      positions.col(static_cast<Eigen::Index>(i)) = positions_[i];
  }

 private:
  void read(const gemmi::Residue& residue, const std::string& chain) {
    std::vector<const gemmi::Atom*> atoms = at_one_location(residue);
    LeftOut& left_out = result_->left_out;
    left_out.alternates += static_cast<std::int64_t>(residue.atoms.size() - atoms.size());
    left_out.hydrogens += std::erase_if(atoms, [](const gemmi::Atom* atom) { return atom->is_hydrogen(); });
    ResidueComposition whole = residue_composition(residue.name);
    if (whole.charge_sum == 0)
      for (const gemmi::Atom* atom : atoms) {
        const gemmi::Element element = element_of(*atom, residue, *path_);
        whole.charge_sum += element.atomic_number();
        whole.mass += element.weight();
      }
    if (selection_->nodes == Nodes::all) {
      for (const gemmi::Atom* atom : atoms) add(*atom, residue, chain, nullptr);
      return;
    }
    auto node = std::ranges::find_if(atoms, [](const gemmi::Atom* atom) { return atom->name == "CA"; });
    if (node == atoms.end())
      node = std::ranges::find_if(atoms, [](const gemmi::Atom* atom) { return atom->name == "P"; });
    left_out.not_nodes += static_cast<std::int64_t>(atoms.size()) - (node != atoms.end());
    if (node != atoms.end())
      add(**node, residue, chain, &whole);
    else
      ++left_out.residues_without_node;
  }

  void add(const gemmi::Atom& atom, const gemmi::Residue& residue, const std::string& chain,
           const ResidueComposition* whole) {
    if (!std::isfinite(atom.pos.x) || !std::isfinite(atom.pos.y) || !std::isfinite(atom.pos.z))
      throw Error("atom " + atom.name + " of residue " + residue.name + " " + residue.seqid.str() +
                  ", chain " + chain + ", in " + *path_ +
                  " has a coordinate that is not a number. Correct the file or remove the atom.");
    const gemmi::Element element = element_of(atom, residue, *path_);
    Atom result;
    result.name = atom.name;
    result.element = element.name();
    result.residue_name = residue.name;
    result.chain = chain;
    result.residue_number = residue.seqid.num.has_value() ? *residue.seqid.num : 0;
    result.insertion_code = residue.seqid.has_icode() ? std::string(1, residue.seqid.icode) : "";
    result.b_factor = atom.b_iso;
    result.mass = whole ? whole->mass : element.weight();
    result.charge_sum = whole ? whole->charge_sum : element.atomic_number();
    result_->structure.atoms.push_back(std::move(result));
    positions_.emplace_back(atom.pos.x, atom.pos.y, atom.pos.z);
  }

  StructureFile* result_;
  const StructureSelection* selection_;
  const std::string* path_;
  std::vector<Eigen::Vector3d> positions_;
};

std::string nothing_left(const StructureFile& result, const StructureSelection& selection,
                         const std::string& path) {
  const LeftOut& out = result.left_out;
  const std::int64_t there = out.hydrogens + out.waters + out.ligands + out.other_chains + out.not_nodes;
  if (there == 0) return path + " holds no atoms: it has no ATOM records. Is it a PDB or mmCIF file?";
  return "no atoms of " + path + " are left: " + std::to_string(out.waters) + " belong to waters, " +
         std::to_string(out.ligands) + " to ligands, " + std::to_string(out.hydrogens) + " are hydrogens, " +
         std::to_string(out.other_chains) + " belong to other chains and " + std::to_string(out.not_nodes) +
         " are not Cα or P. " +
         (selection.nodes == Nodes::ca ? "Read all atoms or another chain."
                                       : "A protein or nucleic acid is needed.");
}

StructureFile structure_of(const gemmi::Structure& file, const gemmi::Model& model, const std::string& path,
                           const StructureSelection& selection) {
  StructureFile result;
  if (!model.chains.empty()) require_chains(model, selection.chains, path);
  result.model_count = static_cast<int>(file.models.size());
  result.model = std::atoi(model.name.c_str());
  Reader(result, selection, path).read(model);
  if (result.structure.size() == 0) throw Error(nothing_left(result, selection, path));
  return result;
}

}  // namespace

StructureFile read_structure(const std::string& path, const StructureSelection& selection) {
  const gemmi::Structure file = parsed(file_content(path), path);
  if (file.models.empty()) throw Error(nothing_left({}, selection, path));
  return structure_of(file, chosen_model(file, selection.model, path), path, selection);
}

void for_each_model(const std::string& path, const StructureSelection& selection,
                    const std::function<void(const StructureFile&)>& use) {
  const gemmi::Structure file = parsed(file_content(path), path);
  if (file.models.empty()) throw Error(nothing_left({}, selection, path));
  for (const gemmi::Model& model : file.models) use(structure_of(file, model, path, selection));
}

}  // namespace elastem
