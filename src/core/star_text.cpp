#include "core/star_text.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

namespace elastem {

namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

}  // namespace

bool split_star_line(std::string_view line, std::vector<std::string>& values) {
  values.clear();
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && blank(line[at])) ++at;
    if (at == line.size() || line[at] == '#') return true;
    std::size_t end = at;
    if (line[at] == '\'' || line[at] == '"') {
      const char quote = line[at++];
      for (end = at; end < line.size(); ++end) {
        if (line[end] == quote && (end + 1 == line.size() || blank(line[end + 1]))) break;
      }
      if (end == line.size()) return false;
      values.emplace_back(line.substr(at, end - at));
      at = end + 1;
    } else {
      while (end < line.size() && !blank(line[end])) ++end;
      values.emplace_back(line.substr(at, end - at));
      at = end;
    }
  }
}

std::string star_value(const std::string& value) {
  constexpr std::string_view special = "'\"#_$[];";
  const bool plain = !value.empty() && std::none_of(value.begin(), value.end(), blank) &&
                     special.find(value.front()) == std::string_view::npos && !begins_with(value, "data_") &&
                     !begins_with(value, "save_") && !begins_with(value, "loop_");
  if (plain) return value;
  // A quotation mark ends a value only where a blank follows.
  bool single = true;
  for (std::size_t i = 0; i + 1 < value.size(); ++i)
    single = single && !(value[i] == '\'' && blank(value[i + 1]));
  if (!value.empty() && value.back() == '\'') single = false;
  const char quote = single ? '\'' : '"';
  return quote + value + quote;
}

std::string star_line(const std::vector<std::string>& values) {
  std::string line;
  for (const auto& value : values) {
    if (!line.empty()) line += ' ';
    line += star_value(value);
  }
  return line + '\n';
}

int StarTable::column(std::string_view label) const {
  const auto found = std::find(labels.begin(), labels.end(), label);
  return found == labels.end() ? -1 : static_cast<int>(found - labels.begin());
}

std::string star_head(const std::string& block, const std::vector<std::string>& labels) {
  std::string head = "data_" + block + "\n\nloop_\n";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    head += fmt::format("_{} #{}\n", labels[i], i + 1);
  }
  return head;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string xmipp_head(const std::vector<std::string>& labels, const std::string& other_blocks) {
  std::string head = "# XMIPP_STAR_1 * \n#\n" + other_blocks + "data_noname\nloop_\n";
  for (const auto& label : labels) head += " _" + label + "\n";
  return head;
}

}  // namespace elastem
