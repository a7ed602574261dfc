#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/interval.hpp"

namespace elastem::cli {

/// Reads all of a text as a value of an option; false, with the value as it was, when it is none.
bool read_value(const std::string& text, std::string& value);
bool read_value(const std::string& text, bool& value);
bool read_value(const std::string& text, int& value);
bool read_value(const std::string& text, std::int64_t& value);
bool read_value(const std::string& text, std::uint64_t& value);
/// Finite numbers only.
bool read_value(const std::string& text, double& value);
/// "5000" or "5000-25000".
bool read_value(const std::string& text, Interval& value);
/// Adds one: the option may be given more than once.
bool read_value(const std::string& text, std::vector<std::string>& values);

template <class T>
bool read_value(const std::string& text, std::optional<T>& value) {
  T read{};
  if (!read_value(text, read)) return false;
  value = read;
  return true;
}

/// The value as text that `read_value` reads, in the shortest form; empty for none.
std::string value_text(const std::string& value);
std::string value_text(bool value);
std::string value_text(int value);
std::string value_text(std::int64_t value);
std::string value_text(std::uint64_t value);
std::string value_text(double value);
std::string value_text(const Interval& value);
std::string value_text(const std::vector<std::string>& values);

template <class T>
std::string value_text(const std::optional<T>& value) {
  return value ? value_text(*value) : "";
}

/// What `read_value` takes, for messages: "is not a whole number".
template <class T>
constexpr const char* kind_of_value = "a whole number";
template <>
inline constexpr const char* kind_of_value<std::uint64_t> = "a whole number of 0 or more";
template <>
inline constexpr const char* kind_of_value<bool> = "true or false";
template <>
inline constexpr const char* kind_of_value<double> = "a finite number";
template <>
inline constexpr const char* kind_of_value<Interval> = "a number or a range LOW-HIGH, e.g. 100-500";
template <>
inline constexpr const char* kind_of_value<std::string> = "a text";
template <>
inline constexpr const char* kind_of_value<std::vector<std::string>> = "a text";
template <class T>
constexpr const char* kind_of_value<std::optional<T>> = kind_of_value<T>;

/// The type behind an optional one.
template <class T>
struct Inner {
  using Type = T;
};
template <class T>
struct Inner<std::optional<T>> {
  using Type = T;
};

}  // namespace elastem::cli
