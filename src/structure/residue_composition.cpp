#include "structure/residue_composition.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gemmi/elem.hpp>
#include <gemmi/resinfo.hpp>

namespace elastem {

namespace {

// Mass of C, N, O and S per electron of their neutral atoms: 2.0018, 2.0010, 1.9999 and 2.0038.
constexpr double mass_per_electron = 2.001;

// An element that is not A = 2Z, where each residue of that name holds exactly one of it.
gemmi::El heavy_element(const gemmi::ResidueInfo& residue, const std::string& name) {
  if (residue.is_nucleic_acid() || name == "SEP" || name == "TPO" || name == "PTR") return gemmi::El::P;
  if (name == "MSE" || name == "SEC") return gemmi::El::Se;
  return gemmi::El::X;
}

// Names that molecular dynamics programs give to amino acids by their protonation.
std::string tabulated_name(const std::string& name) {
  static const std::map<std::string, std::string> names = {
      {"HID", "HIS"},  {"HIE", "HIS"},  {"HIP", "HIS"},  {"HSD", "HIS"},  {"HSE", "HIS"},
      {"HSP", "HIS"},  {"HISA", "HIS"}, {"HISB", "HIS"}, {"HISD", "HIS"}, {"HISE", "HIS"},
      {"HISH", "HIS"}, {"CYX", "CYS"},  {"CYM", "CYS"},  {"CYSH", "CYS"}, {"CYS2", "CYS"},
      {"ASH", "ASP"},  {"ASPH", "ASP"}, {"ASPP", "ASP"}, {"GLH", "GLU"},  {"GLUH", "GLU"},
      {"GLUP", "GLU"}, {"LYN", "LYS"},  {"LYSH", "LYS"}, {"LSN", "LYS"},  {"ARGN", "ARG"}};
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

// Nucleotides under other names than the PDB's; which of RNA and DNA they are of is not in all of them.
bool is_nucleotide_alias(const std::string& name) {
  static const std::set<std::string> names = {"ADE", "GUA", "CYT", "URA", "THY", "RA", "RC", "RG",
                                              "RU",  "T",   "DU",  "+A",  "+C",  "+G", "+U", "+T"};
  if (name.empty() || names.contains(name)) return !name.empty();
  // Ends of a strand, as Amber names them: DA5, RU3.
  if (name.back() != '3' && name.back() != '5') return false;
  const std::string base = name.substr(0, name.size() - 1);
  return base.size() == 2 && (names.contains(base) || gemmi::find_tabulated_residue(base).is_nucleic_acid());
}

}  // namespace

ResidueComposition residue_composition(const std::string& residue_name) {
  const gemmi::ResidueInfo residue = gemmi::find_tabulated_residue(tabulated_name(residue_name));
  if (!residue.is_amino_acid() && !residue.is_nucleic_acid()) return {};
  const double mass = residue.weight - residue.hydrogen_count * gemmi::Element(gemmi::El::H).weight() -
                      gemmi::Element(gemmi::El::O).weight();
  double light_mass = mass, electrons = 0;
  if (const gemmi::Element heavy(heavy_element(residue, residue_name)); heavy != gemmi::El::X) {
    light_mass -= heavy.weight();
    electrons += heavy.atomic_number();
  }
  return {electrons + std::round(light_mass / mass_per_electron), mass};
}

bool is_polymer_residue(const std::string& residue_name) {
  const gemmi::ResidueInfo residue = gemmi::find_tabulated_residue(tabulated_name(residue_name));
  return residue.is_amino_acid() || residue.is_nucleic_acid() || is_nucleotide_alias(residue_name);
}

bool is_standard_residue(const std::string& residue_name) {
  if (is_nucleotide_alias(residue_name)) return true;
  const gemmi::ResidueInfo residue = gemmi::find_tabulated_residue(tabulated_name(residue_name));
  return (residue.is_amino_acid() || residue.is_nucleic_acid()) && residue.is_standard();
}

bool is_chain_cap(const std::string& residue_name) {
  static const std::set<std::string> names = {"ACE", "FOR", "NME", "NMA", "NH2"};
  return names.contains(residue_name);
}

bool is_water_residue(const std::string& residue_name) {
  static const std::set<std::string> names = {
      "SOL", "TIP",  "TIP2", "TIP3", "TIP4", "TIP5", "TIP7", "TP3", "TP4", "TP5",  "T3P",   "T4P",   "T4E",
      "SPC", "SPCE", "OPC",  "OPC3", "OH2",  "HHO",  "OHH",  "D2O", "WTR", "WATR", "TIP3P", "TIP4P", "TIP5P"};
  return names.contains(residue_name) || gemmi::find_tabulated_residue(residue_name).is_water();
}

}  // namespace elastem
