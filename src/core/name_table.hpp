#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem {

template <class T>
struct NamedValue {
  T value;
  std::string_view name;
};

/// The values of a type by their names, in the order in which they are listed. That of an enumeration stands
/// beside it and is found by the name `name_table`:
///
///     inline constexpr NamedValue<Relation> relation_names[] = {{Relation::helix, "helix"}, …};
///     constexpr NameTable<Relation> name_table(Relation) { return relation_names; }
template <class T>
using NameTable = std::span<const NamedValue<T>>;

template <class T>
concept Named = requires(T value) {
  { name_table(value) } -> std::convertible_to<NameTable<T>>;
};

template <class T>
std::vector<std::string> names_of(NameTable<T> table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

/// The name of a value. Throws Bug for one that has none.
template <Named T>
std::string name_of(T value) {
  for (const auto& row : name_table(value))
    if (row.value == value) return std::string(row.name);
  require(false, "a value has no name in its table");
  return "";
}

/// The value of a name. Throws Error that begins with `what`, e.g. "option --relation", for another name.
template <Named T>
T value_of(const std::string& name, const std::string& what) {
  const NameTable<T> table = name_table(T{});
  for (const auto& row : table)
    if (row.name == name) return row.value;
  throw Error(what + ": " + unknown_name(name, names_of(table)));
}

}  // namespace elastem
