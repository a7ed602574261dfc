#include "synthesis/number_table.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {

namespace {

constexpr std::uint64_t rows_a_block = 256;

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string place(const std::string& path, std::uint64_t line, std::size_t at) {
  return path + ":" + std::to_string(line) + ":" + std::to_string(at + 1) + ": ";
}

// The numbers of a line, none where it holds nothing but a comment. A comma stands between two numbers.
void read_line(std::string_view text, const std::string& path, std::uint64_t line,
               std::vector<double>& values) {
  values.clear();
  text = text.substr(0, text.find('#'));
  const auto skip_blanks = [&](std::size_t& at) {
    while (at < text.size() && blank(text[at])) ++at;
  };
  std::size_t at = 0;
  bool after_comma = false;
  for (skip_blanks(at); at < text.size() || after_comma; skip_blanks(at)) {
    std::size_t end = at;
    while (end < text.size() && !blank(text[end]) && text[end] != ',') ++end;
    const std::string_view word = text.substr(at, end - at);
    double value = 0;
    if (word.empty()) throw Error(place(path, line, at) + "a number is missing next to the comma");
    if (!parse_number(word, value)) {
      constexpr std::size_t shown = 40;
      throw Error(
          place(path, line, at) + "\"" + std::string(word.substr(0, shown)) +
          "\" is not a finite number; a row holds numbers, blanks or commas between them, and # begins a "
          "comment");
    }
    values.push_back(value);
    at = end;
    skip_blanks(at);
    after_comma = at < text.size() && text[at] == ',';
    at += after_comma;
  }
}

}  // namespace

std::vector<std::uint64_t> NumberTableIndex::serialise() const {
  std::vector<std::uint64_t> numbers = {rows, columns};
  numbers.insert(numbers.end(), offsets.begin(), offsets.end());
  numbers.insert(numbers.end(), lines.begin(), lines.end());
  return numbers;
}

NumberTableIndex NumberTableIndex::deserialise(const std::vector<std::uint64_t>& numbers) {
  require(numbers.size() >= 2 && numbers.size() % 2 == 0, "the index is cut off");
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2 + 1);
  return {numbers[0], numbers[1], {numbers.begin() + 2, middle}, {middle, numbers.end()}};
}

NumberTableIndex NumberTable::scan(const std::string& path, std::int64_t columns,
                                   const std::string& purpose) {
  if (std::filesystem::is_directory(path)) throw Error(path + ": is a folder, not a table of numbers");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": cannot be opened; give a text file with a row of numbers a line");
  NumberTableIndex index;
  index.columns = static_cast<std::uint64_t>(columns);
  std::uint64_t line = 1, offset = 0;
  std::vector<double> values;
  for (std::string text; std::getline(file, text); offset += text.size() + 1, ++line) {
    read_line(text, path, line, values);
    if (values.empty()) continue;
    if (values.size() != index.columns)
      throw Error(place(path, line, 0) + "the row has " + std::to_string(values.size()) + " numbers, but " +
                  std::to_string(columns) + " are needed: " + purpose);
    if (index.rows++ % rows_a_block == 0) {
      index.offsets.push_back(offset);
      index.lines.push_back(line);
    }
  }
  if (file.bad()) throw Error(place(path, line, 0) + "cannot be read");
  if (index.rows == 0) throw Error(path + ": holds no row of numbers");
  return index;
}

NumberTable::NumberTable(std::string path, NumberTableIndex index)
    : path_(std::move(path)), index_(std::move(index)) {
  require(index_.offsets.size() == (index_.rows + rows_a_block - 1) / rows_a_block &&
              index_.lines.size() == index_.offsets.size(),
          "the index does not fit its count");
}

Eigen::MatrixXd NumberTable::read(std::int64_t first, std::int64_t count) const {
  require(first >= 0 && count >= 0 && first + count <= rows(), "rows outside the table");
  Eigen::MatrixXd table(static_cast<Eigen::Index>(index_.columns), count);
  if (count == 0) return table;
  std::ifstream file(path_, std::ios::binary);
  if (!file) throw Error(path_ + ": cannot be opened");
  const auto block = static_cast<std::size_t>(first) / rows_a_block;
  file.seekg(static_cast<std::streamoff>(index_.offsets[block]));
  std::uint64_t line = index_.lines[block];
  auto row = static_cast<std::int64_t>(block * rows_a_block);
  std::vector<double> values;
  for (std::string text; row < first + count; ++line) {
    if (!std::getline(file, text)) throw Error(path_ + ": was changed meanwhile: it has fewer rows now");
    read_line(text, path_, line, values);
    if (values.empty()) continue;
    if (values.size() != index_.columns)
      throw Error(place(path_, line, 0) + "was changed meanwhile: the row has another number of columns now");
    if (row >= first) table.col(row - first) = Eigen::Map<const Eigen::VectorXd>(values.data(), table.rows());
    ++row;
  }
  return table;
}

}  // namespace elastem
