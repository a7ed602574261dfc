#include <algorithm>

#include "cli/option_table.hpp"

namespace elastem::cli {
namespace {

constexpr std::size_t help_column = 34, help_width = 110;

// Characters of a UTF-8 text: "Å" is one of two bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// "  -i, --input FILE".
std::string help_names(const Option& option) {
  std::string text = "  " + (option.letter.empty() ? "    " : "-" + option.letter + ", ");
  text += "--" + option.name;
  if (option.is_switch()) return text;
  return text + (option.implied.empty() ? " " + option.placeholder : "[=" + option.placeholder + "]");
}

std::string help_entry(const Option& option) {
  std::string text = help_names(option);
  const std::size_t width = width_of(text);
  text +=
      width + 2 > help_column ? "\n" + std::string(help_column, ' ') : std::string(help_column - width, ' ');
  std::string description = option.description;
  if (option.required) description += " [required]";
  const std::string standard = option.is_switch() || option.required ? "" : option.text();
  if (!standard.empty()) description += " [" + standard + "]";

  std::size_t column = help_column;
  for (std::size_t at = 0; at < description.size();) {
    const std::size_t end = std::min(description.find(' ', at), description.size());
    const std::string word = description.substr(at, end - at);
    if (column > help_column && column + width_of(word) > help_width) {
      text += "\n" + std::string(help_column, ' ');
      column = help_column;
    }
    text += (column > help_column ? " " : "") + word;
    column += width_of(word) + 1;
    at = end + 1;
  }
  return text + "\n";
}

}  // namespace

std::string OptionTable::help() const {
  std::string text =
      "elastem " + command_ + ": " + summary_ + "\n\nUsage: elastem " + command_ + " [options]";
  for (const auto& option : options_)
    if (option.positional)
      text += option.required ? " " + option.placeholder : " [" + option.placeholder + "]";
  text += "\n\nOptions (Å and degrees unless they say otherwise):\n";
  std::string topic;
  for (const auto& option : options_) {
    if (option.topic != topic) text += "\n" + option.topic + ":\n";
    topic = option.topic;
    text += help_entry(option);
  }
  return text;
}

}  // namespace elastem::cli
