#include "cli/option_value.hpp"

#include <charconv>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "cli/value_text.hpp"

namespace elastem::cli {

namespace {

template <class Integer>
bool read_integer(const std::string& text, Integer& value) {
  Integer read{};
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, read);
  if (failure != std::errc{} || stop != end || text.empty()) return false;
  value = read;
  return true;
}

}  // namespace

bool read_value(const std::string& text, std::string& value) {
  value = text;
  return true;
}

bool read_value(const std::string& text, bool& value) {
  const bool yes = text == "true" || text == "yes" || text == "on" || text == "1";
  if (!yes && text != "false" && text != "no" && text != "off" && text != "0") return false;
  value = yes;
  return true;
}

bool read_value(const std::string& text, int& value) {
  return read_integer(text, value);
}

bool read_value(const std::string& text, std::int64_t& value) {
  return read_integer(text, value);
}

bool read_value(const std::string& text, std::uint64_t& value) {
  return read_integer(text, value);
}

bool read_value(const std::string& text, double& value) {
  return read_number(text, value);
}

bool read_value(const std::string& text, Interval& value) {
  return read_interval(text, value);
}

bool read_value(const std::string& text, std::vector<std::string>& values) {
  values.push_back(text);
  return true;
}

std::string value_text(const std::string& value) {
  return value;
}

std::string value_text(bool value) {
  return value ? "true" : "false";
}

std::string value_text(int value) {
  return fmt::format("{}", value);
}

std::string value_text(std::int64_t value) {
  return fmt::format("{}", value);
}

std::string value_text(std::uint64_t value) {
  return fmt::format("{}", value);
}

std::string value_text(double value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string value_text(const Interval& value) {
  return value.low == value.high ? value_text(value.low)
                                 : value_text(value.low) + "-" + value_text(value.high);
}

std::string value_text(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, " "));
}

}  // namespace elastem::cli
