#include "modes/nmd_file.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {

namespace {

std::string digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), " %.9g", value);
  return text.data();
}

// A line of a text each atom has; what is missing gets NMWiz' own default.
template <class Field>
std::string atom_line(const char* label, const Structure& structure, const char* missing, Field&& field) {
  std::string line = label;
  for (const Atom& atom : structure.atoms) {
    const std::string value = field(atom);
    line += ' ' + (value.empty() ? missing : value);
  }
  return line + '\n';
}

// Where a line's first word ends.
std::size_t label_end(std::string_view line) {
  return std::min(line.find_first_of(" \t\r"), line.size());
}

class NmdReader {
 public:
  NmdReader(std::string path, const Structure& structure)
      : path_(std::move(path)), nodes_(structure.size()), file_(path_, std::ios::binary) {
    if (!file_ || std::filesystem::is_directory(path_))
      throw Error(path_ + ": cannot be opened; give an NMD file");
    scan(structure);
    file_.clear();
    file_.seekg(0);
    line_ = 0;
  }

  std::optional<ImportedMode> next() {
    while (next_line())
      if (label() == "mode") return mode();
    return std::nullopt;
  }

 private:
  bool next_line() {
    ++line_;
    return static_cast<bool>(std::getline(file_, text_));
  }
  std::string_view label() const { return std::string_view(text_).substr(0, label_end(text_)); }
  std::string_view data() const { return std::string_view(text_).substr(label_end(text_)); }
  std::string place() const { return text_place(path_, line_); }

  // What can be wrong with the file as a whole, before the first mode.
  void scan(const Structure& structure) {
    bool any_mode = false;
    while (next_line()) {
      if (label() == "mode") any_mode = true;
      if (label() == "coordinates") compare(structure);
    }
    if (file_.bad()) throw Error(place() + ": cannot be read");
    if (!any_mode)
      throw Error(path_ + ": no line begins with \"mode\"; an NMD file has such a line for each mode");
  }

  void compare(const Structure& structure) {
    std::vector<double> values;
    for_each_word(data(), [&](std::string_view word) { values.push_back(number_of(word, place())); });
    if (static_cast<Eigen::Index>(values.size()) != 3 * nodes_)
      refuse_other_atoms(place(), "coordinates", static_cast<Eigen::Index>(values.size()) / 3, nodes_);
    const Eigen::Map<const Eigen::Matrix3Xd> positions(values.data(), 3, nodes_);
    require_same_positions(positions, structure, place());
  }

  ImportedMode mode() {
    std::vector<std::string_view> words;
    for_each_word(data(), [&](std::string_view word) { words.push_back(word); });
    const auto length = static_cast<std::size_t>(3 * nodes_);
    const std::size_t leading = words.size() - length;
    if (words.size() < length || leading > 2)
      refuse_other_atoms(place(), "a mode", static_cast<Eigen::Index>(words.size()) / 3, nodes_);
    ImportedMode mode;
    mode.place = place();
    for (std::size_t i = 0; i < leading; ++i) read_leading(words[i], mode);
    mode.vector.resize(3 * nodes_);
    for (std::size_t i = 0; i < length; ++i)
      mode.vector(static_cast<Eigen::Index>(i)) = number_of(words[leading + i], mode.place);
    if (mode.vector.isZero(0)) throw Error(mode.place + ": the mode is zero everywhere");
    return mode;
  }

  // Number and scale of a mode, told apart by being an integer or not.
  static void read_leading(std::string_view word, ImportedMode& mode) {
    if (parse_number(word, mode.number)) return;
    const double scale = number_of(word, mode.place);
    if (scale > 0) mode.eigenvalue = 1 / (scale * scale);
  }

  std::string path_;
  Eigen::Index nodes_;
  std::ifstream file_;
  std::string text_;
  std::int64_t line_ = 0;
};

}  // namespace

NmdWriter::NmdWriter(std::string path, const Structure& structure) : path_(std::move(path)), file_(path_) {
  if (!file_) throw Error("cannot write " + path_ + ". Check that its folder exists and may be written to.");
  const std::filesystem::path name(path_);
  write("nmwiz_load " + name.filename().string() + "\nname " + name.stem().string() + "\n");
  write(atom_line("atomnames", structure, "CA", [](const Atom& a) { return a.name; }));
  write(atom_line("resnames", structure, "GLY", [](const Atom& a) { return a.residue_name; }));
  write(atom_line("chainids", structure, "A", [](const Atom& a) { return a.chain; }));
  write(atom_line("resids", structure, "", [](const Atom& a) { return std::to_string(a.residue_number); }));
  write(atom_line("bfactors", structure, "", [](const Atom& a) { return digits(a.b_factor).substr(1); }));
  std::string coordinates = "coordinates";
  for (const double x : structure.positions.reshaped()) coordinates += digits(x);
  write(coordinates + '\n');
}

void NmdWriter::add(int number, double eigenvalue, const Eigen::VectorXd& vector) {
  require(eigenvalue > 0, "an elastic mode costs energy");
  std::array<char, 64> head{};
  // Always with a decimal point: without one readers take it for the number of the mode.
  std::snprintf(head.data(), head.size(), "mode %d %.9f", number, 1 / std::sqrt(eigenvalue));
  std::string line = head.data();
  for (const double x : vector) line += digits(x);
  write(line + '\n');
}

void NmdWriter::close() {
  file_.close();
  if (!file_) throw Error("cannot write " + path_ + ": the disk may be full.");
}

void NmdWriter::write(const std::string& text) {
  file_ << text;
  if (!file_) throw Error("cannot write " + path_ + ": the disk may be full.");
}

ModeSource open_nmd(const std::string& path, const Structure& structure) {
  return [reader = std::make_shared<NmdReader>(path, structure)] { return reader->next(); };
}

}  // namespace elastem
