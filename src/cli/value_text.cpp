#include "cli/value_text.hpp"

#include <charconv>
#include <cmath>

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

bool names_particle_file(const std::string& text) {
  return text.ends_with(".star") || text.ends_with(".xmd");
}

}  // namespace elastem::cli
