#include <cmath>
#include <map>
#include <numbers>

#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"
#include "structure/atom_file.hpp"

namespace elastem {

namespace {

namespace cif = gemmi::cif;

// Columns of _atom_site, in the order of `tags`.
enum Column : std::size_t {
  x,
  y,
  z,
  group,
  symbol,
  label_atom,
  auth_atom,
  location,
  label_residue,
  auth_residue,
  label_chain,
  auth_chain,
  entity,
  label_number,
  auth_number,
  insertion,
  occupancy,
  b_factor,
  u_factor,
  model,
  old_model
};

const std::vector<std::string>& tags() {
  static const std::vector<std::string> names = {
      "Cartn_x",          "Cartn_y",         "Cartn_z",         "?group_PDB",
      "?type_symbol",     "?label_atom_id",  "?auth_atom_id",   "?label_alt_id",
      "?label_comp_id",   "?auth_comp_id",   "?label_asym_id",  "?auth_asym_id",
      "?label_entity_id", "?label_seq_id",   "?auth_seq_id",    "?pdbx_PDB_ins_code",
      "?occupancy",       "?B_iso_or_equiv", "?U_iso_or_equiv", "?pdbx_PDB_model_num",
      "?ndb_model"};
  return names;
}

using Row = cif::Table::Row;

std::string text_of(const Row& row, Column column) {
  return row.has2(column) ? cif::as_string(row[column]) : std::string();
}

// The first of two columns that says anything.
std::string text_of(const Row& row, Column first, Column second) {
  std::string text = text_of(row, first);
  return text.empty() ? text_of(row, second) : text;
}

double number_of(const Row& row, Column column, double missing) {
  return row.has2(column) ? cif::as_number(row[column], missing) : missing;
}

class MmcifText {
 public:
  MmcifText(cif::Block& block, const std::string& path) : path_(&path) {
    file_.format = "mmCIF";
    for (const auto entity : block.find("_entity.", {"id", "type"}))
      polymer_[entity.str(0)] = entity.str(1) == "polymer";
  }

  void read(const Row& row) {
    FileModel& model = model_of(row);
    FileResidue labels = labels_of(row);
    FileAtom atom = atom_of(row, labels);
    FileResidue* last = model.residues.empty() ? nullptr : &model.residues.back();
    if (!last || last->part != labels.part || last->chain != labels.chain || last->name != labels.name ||
        last->number_text != labels.number_text || begins_anew(*last, atom)) {
      model.residues.push_back(std::move(labels));
      last = &model.residues.back();
    }
    last->atoms.push_back(std::move(atom));
  }

  AtomFile finish() { return std::move(file_); }

 private:
  FileModel& model_of(const Row& row) {
    int number = 1;
    const std::string text = text_of(row, Column::model, old_model);
    if (!text.empty() && !parse_number(text, number))
      throw Error(
          fmt::format("a model of {} is numbered '{}'; correct _atom_site.pdbx_PDB_model_num", *path_, text));
    if (file_.models.empty() || file_.models[current_].number != number) {
      current_ = 0;
      while (current_ < file_.models.size() && file_.models[current_].number != number) ++current_;
      if (current_ == file_.models.size()) file_.models.push_back({number, {}});
    }
    return file_.models[current_];
  }

  FileResidue labels_of(const Row& row) {
    FileResidue labels;
    labels.name = text_of(row, auth_residue, label_residue);
    labels.chain = text_of(row, auth_chain, label_chain);
    labels.insertion_code = text_of(row, insertion);
    const std::string number = text_of(row, auth_number, label_number);
    parse_number(number, labels.number);
    labels.number_text = number + labels.insertion_code;
    labels.hetero = row.has2(group) && cif::as_string(row[group]).starts_with('H');
    const auto known = polymer_.find(text_of(row, entity));
    labels.apart =
        known != polymer_.end() ? !known->second : row.has(label_number) && !row.has2(label_number);
    if (std::string asym = text_of(row, label_chain); asym != asym_) {
      asym_ = std::move(asym);
      ++part_;
    }
    labels.part = part_;
    return labels;
  }

  FileAtom atom_of(const Row& row, const FileResidue& labels) const {
    FileAtom atom;
    atom.name = text_of(row, auth_atom, label_atom);
    if (row.has2(location)) atom.location = cif::as_char(row[location], '\0');
    atom.element = gemmi::Element(text_of(row, symbol));
    atom.position = {cif::as_number(row[x]), cif::as_number(row[y]), cif::as_number(row[z])};
    if (!atom.position.allFinite())
      throw Error(
          fmt::format("atom {} of residue {} {}, chain {}, in {} has a coordinate that is not a "
                      "number. Correct the file or remove the atom.",
                      atom.name, labels.name, labels.number_text, labels.chain, *path_));
    constexpr double b_of_u = 8 * std::numbers::pi * std::numbers::pi;
    atom.occupancy = number_of(row, occupancy, 1);
    atom.b_factor = number_of(row, b_factor, b_of_u * number_of(row, u_factor, 0));
    return atom;
  }

  const std::string* path_;
  AtomFile file_;
  std::map<std::string, bool> polymer_;  ///< whether an entity is one
  std::size_t current_ = 0;              ///< model
  std::string asym_;
  int part_ = 0;
};

cif::Document document_of(std::string_view content, const std::string& path) {
  try {
    return cif::read_memory(content.data(), content.size(), path.c_str());
  } catch (const std::exception& e) {
    throw Error("cannot read " + path + " as mmCIF: " + e.what() +
                ". Check that the file is a complete PDB or mmCIF file.");
  }
}

}  // namespace

AtomFile parse_mmcif(std::string_view content, const std::string& path) {
  cif::Document document = document_of(content, path);
  cif::Block* chosen = nullptr;
  for (cif::Block& block : document.blocks) {
    if (!block.has_tag("_atom_site.id") && !block.has_tag("_atom_site.Cartn_x")) continue;
    if (chosen)
      throw Error(
          fmt::format("the data blocks '{}' and '{}' of {} both hold atoms; keep one of them in a file",
                      chosen->name, block.name, path));
    chosen = &block;
  }
  if (!chosen) return {.format = "mmCIF"};
  cif::Table table = chosen->find("_atom_site.", tags());
  if (!table.ok())
    throw Error(path + ": the table _atom_site has no coordinates; Cartn_x, Cartn_y and Cartn_z are needed");
  for (const Column needed : {label_atom, label_residue})
    if (!table.has_column(static_cast<int>(needed)) && !table.has_column(static_cast<int>(needed) + 1))
      throw Error(fmt::format("{}: the table _atom_site has no column {} or {}", path,
                              tags()[needed].substr(1), tags()[needed + 1].substr(1)));
  MmcifText text(*chosen, path);
  for (const auto row : table) text.read(row);
  return text.finish();
}

}  // namespace elastem
