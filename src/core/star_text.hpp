#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace elastem {

/// Splits a line of a STAR loop into its values: separated by blanks, in single or double quotes where they
/// hold blanks (a quote ends where a blank follows, as in CIF), '#' at the start of a value begins a comment.
/// False when a quote has no end.
bool split_star_line(std::string_view line, std::vector<std::string>& values);

/// A value as it must stand in a STAR loop: quoted when it holds blanks or would be read as something else.
std::string star_value(const std::string& value);

/// A line of a STAR loop, with its end.
std::string star_line(const std::vector<std::string>& values);

/// A small STAR table held as text.
struct StarTable {
  std::string block;                ///< "particles" of data_particles
  std::vector<std::string> labels;  ///< without the leading underscore
  std::vector<std::vector<std::string>> rows;

  /// The column of a label, or −1.
  int column(std::string_view label) const;
};

/// The head of a loop: the block's name, loop_ and the labels, numbered as RELION does.
std::string star_head(const std::string& block, const std::vector<std::string>& labels);

/// An XMD up to its first row.
std::string xmipp_head(const std::vector<std::string>& labels, const std::string& other_blocks = "");

/// The text with its ends stripped of blanks and of a carriage return.
std::string_view trimmed(std::string_view text);

/// Reads all of `text` as a finite number; false, and `number` as it was, when it is something else.
template <class Number>
bool parse_number(std::string_view text, Number& number) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return false;
  if constexpr (std::is_floating_point_v<Number>)
    if (!std::isfinite(value)) return false;
  number = value;
  return true;
}

}  // namespace elastem
