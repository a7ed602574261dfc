#include "modes/nmd_file.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {

namespace {

// A line of one text per atom; what is missing gets NMWiz' own default.
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

NmdWriter::NmdWriter(const std::string& path, const Structure& structure) : file_(path) {
  const std::filesystem::path name(path);
  file_.write(fmt::format("nmwiz_load {}\nname {}\n", name.filename().string(), name.stem().string()));
  file_.write(atom_line("atomnames", structure, "CA", [](const Atom& a) { return a.name; }));
  file_.write(atom_line("resnames", structure, "GLY", [](const Atom& a) { return a.residue_name; }));
  file_.write(atom_line("chainids", structure, "A", [](const Atom& a) { return a.chain; }));
  file_.write(
      atom_line("resids", structure, "", [](const Atom& a) { return fmt::to_string(a.residue_number); }));
  file_.write(
      atom_line("bfactors", structure, "", [](const Atom& a) { return fmt::format("{:.9g}", a.b_factor); }));
  std::string coordinates = "coordinates";
  for (const double x : structure.positions.reshaped()) coordinates += fmt::format(" {:.9g}", x);
  file_.write(coordinates + '\n');
}

void NmdWriter::add(int number, double eigenvalue, const Eigen::VectorXd& vector) {
  require(eigenvalue > 0, "an elastic mode costs energy");
  // Always with a decimal point: without one readers take it for the number of the mode.
  std::string line = fmt::format("mode {} {:.9f}", number, 1 / std::sqrt(eigenvalue));
  for (const double x : vector) line += fmt::format(" {:.9g}", x);
  file_.write(line + '\n');
}

void NmdWriter::close() {
  file_.publish();
}

ModeSource open_nmd(const std::string& path, const Structure& structure) {
  return [reader = std::make_shared<NmdReader>(path, structure)] { return reader->next(); };
}

}  // namespace elastem
