#include "cli/value_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem::cli {

namespace {

// Reads a finite number from the beginning of the text; its length, or 0.
std::size_t leading_number(std::string_view text, double& number) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || !std::isfinite(value)) return 0;
  number = value;
  return static_cast<std::size_t>(end - text.data());
}

}  // namespace

bool read_number(std::string_view text, double& number) {
  double value = 0;
  if (text.empty() || leading_number(text, value) != text.size()) return false;
  number = value;
  return true;
}

bool read_interval(std::string_view text, Interval& interval) {
  Interval read;
  const std::size_t length = leading_number(text, read.low);
  if (length == 0) return false;
  if (length == text.size()) {
    read.high = read.low;
  } else if (text[length] != '-' || !read_number(text.substr(length + 1), read.high) ||
             read.high < read.low) {
    return false;
  }
  interval = read;
  return true;
}

Interval interval_of(const std::string& text, const std::string& option) {
  Interval interval;
  if (read_interval(text, interval)) return interval;
  throw Error("option --" + option + ": \"" + text +
              "\" is neither a number nor a range LOW-HIGH, e.g. 100-500");
}

void require_word(const std::string& text, const std::string& option, const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), text) != words.end()) return;
  std::string known;
  for (std::size_t i = 0; i < words.size(); ++i)
    known += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
  throw Error("option --" + option + ": \"" + text + "\"" + suggestion(text, words) + "; give " + known);
}

bool names_particle_file(const std::string& text) {
  return text.ends_with(".star") || text.ends_with(".xmd");
}

}  // namespace elastem::cli
