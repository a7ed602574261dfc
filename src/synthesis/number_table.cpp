#include "synthesis/number_table.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {

namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string place(const std::string& path, std::uint64_t line, std::size_t at) {
  return fmt::format("{}:{}:{}: ", path, line, at + 1);
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
          fmt::format("{}\"{}\" is not a finite number; a row holds numbers, blanks or commas between "
                      "them, and # begins a comment",
                      place(path, line, at), word.substr(0, shown)));
    }
    values.push_back(value);
    at = end;
    skip_blanks(at);
    after_comma = at < text.size() && text[at] == ',';
    at += after_comma;
  }
}

}  // namespace

Eigen::MatrixXd read_number_table(const std::string& path, Eigen::Index columns, const std::string& purpose) {
  if (std::filesystem::is_directory(path)) throw Error(path + ": is a folder, not a table of numbers");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": cannot be opened; give a text file with one row of numbers per line");
  std::uint64_t line = 1;
  std::vector<double> values, all;
  for (std::string text; std::getline(file, text); ++line) {
    read_line(text, path, line, values);
    if (values.empty()) continue;
    if (static_cast<Eigen::Index>(values.size()) != columns)
      throw Error(fmt::format("{}the row has {} numbers, but {} are needed: {}", place(path, line, 0),
                              values.size(), columns, purpose));
    all.insert(all.end(), values.begin(), values.end());
  }
  if (file.bad()) throw Error(place(path, line, 0) + "cannot be read");
  if (all.empty()) throw Error(path + ": holds no row of numbers");
  return Eigen::Map<const Eigen::MatrixXd>(all.data(), columns,
                                           static_cast<Eigen::Index>(all.size()) / columns);
}

}  // namespace elastem
