#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"
#include "structure/atom_file.hpp"
#include "structure/residue_composition.hpp"

namespace elastem {

namespace {

// Columns first … last of a line, counted from 1 as in the description of the format.
std::string_view columns(std::string_view line, std::size_t first, std::size_t last) {
  if (line.size() < first) return {};
  return line.substr(first - 1, last - first + 1);
}

char column(std::string_view line, std::size_t at) {
  return line.size() < at ? ' ' : line[at - 1];
}

// Whether the line begins with the name of the record, of capitals, in letters of either case.
bool is_record(std::string_view line, std::string_view name) {
  if (line.size() < name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (std::toupper(static_cast<unsigned char>(line[i])) != name[i]) return false;
  return true;
}

template <class Use>
void for_each_line(std::string_view content, Use&& use) {
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    use(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
  }
}

// Decimal or hybrid-36; 0 where it is neither, for it is a label.
int residue_number(std::string_view text) {
  constexpr int decimals = 10'000, letters = 36 * 36 * 36;
  int number = 0;
  if (text.size() == 4 && std::isalpha(static_cast<unsigned char>(text.front()))) {
    const int value = static_cast<int>(std::strtol(std::string(text).c_str(), nullptr, 36));
    return decimals + value + (std::islower(static_cast<unsigned char>(text.front())) ? 16 : -10) * letters;
  }
  return parse_number(text, number) ? number : 0;
}

double number_or(std::string_view text, double missing) {
  parse_number(trimmed(text), missing);
  return missing;
}

// Columns 77–78 may hold text of another kind: old files number their lines there.
gemmi::Element element_of_columns(std::string_view line) {
  const std::string text(trimmed(columns(line, 77, 78)));
  for (const char letter : text)
    if (!std::isalpha(static_cast<unsigned char>(letter))) return gemmi::El::X;
  return gemmi::Element(text);
}

// Programs for molecular dynamics write residue names of four letters, up to column 21.
bool has_long_name(std::string_view line) {
  const std::string name(trimmed(columns(line, 18, 21)));
  return name.size() == 4 && (is_water_residue(name) || is_polymer_residue(name));
}

// Whether column 21 belongs to the chain's name: it does where it follows on names of three letters.
bool has_two_letter_chain(std::string_view line) {
  return (is_record(line, "ATOM") || is_record(line, "HETATM")) && column(line, 21) != ' ' &&
         column(line, 22) != ' ' && is_standard_residue(std::string(columns(line, 18, 20))) &&
         !has_long_name(line);
}

// Xmipp prints the numbers of pseudoatoms from 100000 on wider than their columns, which moves all that
// follows: the line with their last five digits.
std::string in_columns(std::string_view line) {
  constexpr std::string_view names = " DENS DENS", digits = "0123456789";
  constexpr std::size_t serial = 6, width = 5;
  const std::size_t at = line.find(names);
  if (at == std::string_view::npos || at <= serial + width) return std::string(line);
  const std::size_t number = at + names.size();
  const std::size_t end = std::min(line.find_first_not_of(digits, number), line.size());
  if (line.find_first_not_of(digits, serial) != at || end - number != at - serial) return std::string(line);
  return fmt::format("{}{}{}{}{}", line.substr(0, serial), line.substr(at - width, width), names,
                     line.substr(end - width, width), line.substr(end));
}

class PdbText {
 public:
  PdbText(const std::string& path, bool two_letter_chains)
      : path_(&path), two_letter_chains_(two_letter_chains) {}

  void read(std::string_view line) {
    ++line_number_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (is_record(line, "ATOM") || is_record(line, "HETATM")) return read_atom(in_columns(line));
    if (is_record(line, "TER")) return end_chain();
    if (is_record(line, "MODEL ")) return begin_model(trimmed(columns(line, 7, 80)));
    if (is_record(line, "REMARK")) file_.remarks.emplace_back(trimmed(line));
    if (is_record(line, "ENDMDL") || trimmed(line) == "END") end_model();
  }

  AtomFile finish() {
    end_model();
    std::set<int> numbers;
    for (const FileModel& model : file_.models) numbers.insert(model.number);
    if (numbers.size() < file_.models.size())
      for (std::size_t i = 0; i < file_.models.size(); ++i) file_.models[i].number = static_cast<int>(i) + 1;
    // "N", "C" or "O" in column 13 is in nobody's table: this file writes all names flush left.
    if (flush_left_)
      for (FileModel& model : file_.models)
        for (FileResidue& residue : model.residues)
          for (FileAtom& atom : residue.atoms) atom.element_letters = 0;
    return std::move(file_);
  }

 private:
  void read_atom(std::string_view line) {
    FileAtom atom;
    atom.position = position(line);
    FileResidue labels = labels_of(line);
    atom.name = trimmed(columns(line, 13, 16));
    atom.location = column(line, 17) == ' ' ? '\0' : column(line, 17);
    atom.occupancy = number_or(columns(line, 55, 60), 1);
    atom.b_factor = number_or(columns(line, 61, 66), 0);
    atom.element = element_of_columns(line);
    const bool outermost = column(line, 13) != ' ';
    if (atom.name.size() < 4) atom.element_letters = outermost ? 2 : 1;
    if (outermost && (atom.name == "N" || atom.name == "C" || atom.name == "O")) flush_left_ = true;
    FileResidue* last = model_.residues.empty() ? nullptr : &model_.residues.back();
    if (!last || last->part != labels.part || last->chain != labels.chain || last->name != labels.name ||
        last->number_text != labels.number_text || begins_anew(*last, atom)) {
      model_.residues.push_back(std::move(labels));
      last = &model_.residues.back();
    }
    last->atoms.push_back(std::move(atom));
  }

  FileResidue labels_of(std::string_view line) {
    FileResidue labels;
    labels.name = trimmed(columns(line, 18, 20));
    labels.chain = trimmed(columns(line, 21, 22));
    if (has_long_name(line) || (column(line, 21) != ' ' && labels.name.size() == 3 && !two_letter_chains_)) {
      labels.name += column(line, 21);
      labels.chain = trimmed(columns(line, 22, 22));
    }
    labels.number_text = columns(line, 23, 27);
    labels.number = residue_number(trimmed(columns(line, 23, 26)));
    if (column(line, 27) != ' ') labels.insertion_code = column(line, 27);
    labels.hetero = is_record(line, "HETATM");
    labels.apart = ended_.contains(labels.chain);
    labels.part = part_;
    return labels;
  }

  Eigen::Vector3d position(std::string_view line) const {
    const std::string where = fmt::format("line {} of {}: ", line_number_, *path_);
    if (line.size() < 54)
      throw Error(
          fmt::format("{}an atom record of {} characters has no coordinates (columns 31–54). Restore "
                      "the line or remove it.",
                      where, line.size()));
    Eigen::Vector3d position;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::string_view field = line.substr(30 + 8 * axis, 8);
      if (!parse_number(trimmed(field), position(static_cast<Eigen::Index>(axis))))
        throw Error(fmt::format("{}coordinate {} is '{}', not a number. Correct the line or remove the atom.",
                                where, "xyz"[axis], field));
    }
    return position;
  }

  void end_chain() {
    if (!model_.residues.empty()) ended_.insert(model_.residues.back().chain);
    ++part_;
  }

  void begin_model(std::string_view number) {
    end_model();
    parse_number(number, model_.number);
  }

  void end_model() {
    if (!model_.residues.empty()) file_.models.push_back(std::move(model_));
    model_ = {};
    model_.number = static_cast<int>(file_.models.size()) + 1;
    ended_.clear();
  }

  const std::string* path_;
  bool two_letter_chains_;
  AtomFile file_;
  FileModel model_;
  std::set<std::string> ended_;  ///< chains of the model that a TER has ended
  std::int64_t line_number_ = 0;
  int part_ = 0;
  bool flush_left_ = false;
};

}  // namespace

AtomFile parse_pdb(std::string_view content, const std::string& path) {
  bool two_letter_chains = false;
  for_each_line(content, [&](std::string_view line) {
    two_letter_chains = two_letter_chains || has_two_letter_chain(line);
  });
  PdbText text(path, two_letter_chains);
  for_each_line(content, [&](std::string_view line) { text.read(line); });
  return text.finish();
}

}  // namespace elastem
