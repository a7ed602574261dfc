#include "structure/element_guess.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

#include "structure/residue_composition.hpp"

namespace elastem {

namespace {

// The first stretch of letters, as capitals: "1HB" gives HB, "ZN+2" gives ZN.
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char letter : name) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalpha(byte))
      letters += static_cast<char>(std::toupper(byte));
    else if (!letters.empty())
      break;
  }
  return letters;
}

// What chains are made of.
bool is_of_chains(gemmi::Element element) {
  using enum gemmi::El;
  static const std::set<gemmi::El> elements = {H, D, C, N, O, P, S, Se};
  return elements.contains(element);
}

gemmi::Element single_letter(const std::string& letters) {
  return letters.empty() ? gemmi::Element(gemmi::El::X)
                         : gemmi::Element(gemmi::impl::find_single_letter_element(letters.front()));
}

gemmi::Element in_chain(const std::string& letters, bool standard) {
  using enum gemmi::El;
  if (letters == "SE") return Se;
  if (!standard && (letters == "BR" || letters == "CL")) return gemmi::Element(letters);
  const gemmi::Element element = single_letter(letters);
  if (standard && !is_of_chains(element)) return letters.starts_with('A') ? O : X;  // AE1 of GLX is O or N
  return element;
}

// Ions under their own symbols and those that molecular dynamics programs use.
gemmi::Element ion(const std::string& residue_name) {
  using enum gemmi::El;
  static const std::map<std::string, gemmi::El> names = {
      {"SOD", Na}, {"CLA", Cl}, {"POT", K},  {"CAL", Ca}, {"CES", Cs}, {"LIT", Li}, {"RUB", Rb}, {"BAR", Ba},
      {"CAD", Cd}, {"CIM", Cl}, {"CIP", Na}, {"NIO", Na}, {"CIO", Na}, {"IB", I},   {"IOD", I},  {"BRO", Br}};
  const std::string letters = letters_of(residue_name);
  const auto found = names.find(letters);
  if (found != names.end()) return found->second;
  return letters.size() <= 2 ? gemmi::Element(letters) : gemmi::Element(X);
}

// The element of a ligand's atom whose name stands flush left.
gemmi::Element by_whole_name(const std::string& letters) {
  static const std::set<std::string> symbols = {"LI", "BE", "MG", "AL", "SI", "CL", "TI", "MN", "FE", "NI",
                                                "CU", "ZN", "GA", "GE", "AS", "SE", "BR", "RB", "SR", "ZR",
                                                "MO", "RU", "RH", "AG", "TE", "XE", "BA", "RE", "IR", "PT",
                                                "AU", "TL", "GD", "EU", "YB", "TB", "LA", "LU"};
  return symbols.contains(letters) ? gemmi::Element(letters) : single_letter(letters);
}

bool is_ion(const FileResidue& residue) {
  return residue.atoms.size() == 1 && ion(residue.name) != gemmi::El::X;
}

}  // namespace

bool is_impossible_element(const FileAtom& atom, const FileResidue& residue) {
  if (is_standard_residue(residue.name)) return !is_of_chains(atom.element);
  // "CA" looks like calcium to many a program.
  return atom.name == "CA" && atom.element == gemmi::El::Ca && !is_ion(residue);
}

gemmi::Element guessed_element(const FileAtom& atom, const FileResidue& residue) {
  const std::string letters = letters_of(atom.name);
  const bool standard = is_standard_residue(residue.name);
  if (standard || is_polymer_residue(residue.name) || is_chain_cap(residue.name))
    return in_chain(letters, standard);
  if (is_ion(residue)) return ion(residue.name);
  if (atom.element_letters == 2 && letters.size() >= 2)
    if (const gemmi::Element element(letters.substr(0, 2)); element != gemmi::El::X) return element;
  return atom.element_letters == 1 ? single_letter(letters) : by_whole_name(letters);
}

}  // namespace elastem
