#include "modes/xmipp_modes.hpp"

#include <filesystem>
#include <fstream>
#include <memory>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"
#include "core/new_file.hpp"
#include "core/star_text.hpp"
#include "core/suggestion.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;

struct TableRow {
  ImportedMode mode;  // but for its vector
  std::string vector_file;
};

// Reads the first table that has a column nmaModefile, line by line.
class XmippModes {
 public:
  XmippModes(std::string path, Eigen::Index nodes) : path_(std::move(path)), nodes_(nodes) {
    std::ifstream file(path_, std::ios::binary);
    if (!file || fs::is_directory(path_))
      throw Error(path_ + ": cannot be opened; give a modes.xmd of Xmipp");
    std::string text;
    for (line_ = 1; std::getline(file, text); ++line_) take(trimmed(text));
    if (rows_.empty())
      throw Error(path_ + ": no table with rows has the label _nmaModefile" +
                  suggestion("nmaModefile", any_labels_) + "; give a modes.xmd of Xmipp or ContinuousFlex");
  }

  std::optional<ImportedMode> next() {
    if (next_ == rows_.size()) return std::nullopt;
    TableRow& row = rows_[next_++];
    ImportedMode mode = std::move(row.mode);
    mode.vector = read_vector(find(row.vector_file, mode.place));
    return mode;
  }

 private:
  std::string place() const { return text_place(path_, line_); }

  void take(std::string_view text) {
    if (text.empty() || text.front() == '#') return;
    if (text.starts_with("data_") || text == "loop_") {
      labels_.clear();
    } else if (text.front() == '_') {
      labels_.emplace_back(text.substr(1, text.find_first_of(" \t") - 1));
      any_labels_.push_back(labels_.back());
    } else if (column({"nmaModefile", "NMAModefile"}) >= 0) {
      add_row(text);
    }
  }

  // The older name of a label is an alias in Xmipp too.
  int column(std::initializer_list<const char*> names) const {
    for (const char* name : names)
      for (std::size_t i = 0; i < labels_.size(); ++i)
        if (labels_[i] == name) return static_cast<int>(i);
    return -1;
  }

  void add_row(std::string_view text) {
    std::vector<std::string> values;
    if (!split_star_line(text, values) || values.size() != labels_.size())
      throw Error(place() + ": " + std::to_string(values.size()) + " values for " +
                  std::to_string(labels_.size()) + " labels");
    const auto number = [&](std::initializer_list<const char*> names, double otherwise) {
      const int at = column(names);
      return at < 0 ? otherwise : number_of(values[static_cast<std::size_t>(at)], place());
    };
    TableRow row;
    row.vector_file = values[static_cast<std::size_t>(column({"nmaModefile", "NMAModefile"}))];
    row.mode.place = place();
    row.mode.number = static_cast<int>(number({"order_"}, 0));
    row.mode.enabled = number({"enabled"}, 1) > 0;
    if (const double eigenvalue = number({"nmaEigenval"}, 0); eigenvalue > 0)
      row.mode.eigenvalue = eigenvalue;
    rows_.push_back(std::move(row));
  }

  std::string find(const std::string& name, const std::string& where) const {
    const fs::path folder = fs::absolute(path_).lexically_normal().parent_path();
    for (fs::path above = folder;; above = above.parent_path()) {
      if (fs::is_regular_file(above / name)) return (above / name).string();
      if (above == above.parent_path()) break;
    }
    for (const fs::path& other : {fs::path(name), folder / "modes" / fs::path(name).filename()})
      if (fs::is_regular_file(other)) return other.string();
    throw Error(
        where + ": the vector file " + name + " is not there, neither from " + folder.string() +
        " and the folders above it nor from the working directory; put it into modes/ beside the table");
  }

  Eigen::VectorXd read_vector(const std::string& name) const {
    require_regular_file(name);
    std::ifstream file(name, std::ios::binary);
    if (!file) throw Error(name + ": cannot be opened");
    Eigen::VectorXd vector(3 * nodes_);
    Eigen::Index atoms = 0;
    std::string text;
    for (std::int64_t line = 1; std::getline(file, text); ++line) {
      if (trimmed(text).empty()) continue;
      const std::string where = text_place(name, line);
      Eigen::Index axis = 0;
      for_each_word(text, [&](std::string_view word) {
        const double value = number_of(word, where);
        if (axis < 3 && atoms < nodes_) vector(3 * atoms + axis) = value;
        ++axis;
      });
      if (axis != 3)
        throw Error(where + ": " + std::to_string(axis) +
                    " numbers; a line of a vector file has three, x y z");
      ++atoms;
    }
    if (atoms != nodes_) refuse_other_atoms(name, "a mode", atoms, nodes_);
    if (vector.isZero(0)) throw Error(name + ": the mode is zero everywhere");
    return vector;
  }

  std::string path_;
  Eigen::Index nodes_;
  std::int64_t line_ = 0;
  std::vector<std::string> labels_, any_labels_;
  std::vector<TableRow> rows_;
  std::size_t next_ = 0;
};

}  // namespace

std::string mode_vector_name(int number) {
  return "modes/vec." + std::to_string(number);
}

void write_mode_vector(const std::string& path, const Eigen::VectorXd& vector) {
  std::string text;
  for (Eigen::Index i = 0; i < vector.size(); i += 3)
    text += fmt::format("{:17.9e} {:17.9e} {:17.9e}\n", vector(i), vector(i + 1), vector(i + 2));
  write_text_file(path, text);
}

void write_xmipp_modes(const std::string& path, const NormalModes& modes) {
  std::string text =
      xmipp_head({"enabled", "nmaCollectivity", "nmaModefile", "nmaScore", "nmaEigenval", "order_"});
  for (std::size_t k = 0; k < modes.numbers.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    text += fmt::format("{:2} {:.9f} {} {:.9f} {:.12e} {}\n", modes.enabled[k] ? 1 : -1,
                        modes.collectivity(row), mode_vector_name(modes.numbers[k]), modes.score(row),
                        modes.eigenvalues(row), modes.numbers[k]);
  }
  write_text_file(path, text);
}

ModeSource open_xmipp_modes(const std::string& path, Eigen::Index nodes) {
  return [reader = std::make_shared<XmippModes>(path, nodes)] { return reader->next(); };
}

}  // namespace elastem
