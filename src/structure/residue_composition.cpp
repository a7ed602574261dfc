#include "structure/residue_composition.hpp"

#include <cmath>
#include <map>

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

// Names that molecular dynamics programs give to residues by their protonation.
std::string tabulated_name(const std::string& name) {
  static const std::map<std::string, std::string> names = {
      {"HID", "HIS"}, {"HIE", "HIS"}, {"HIP", "HIS"}, {"HSD", "HIS"}, {"HSE", "HIS"}, {"HSP", "HIS"},
      {"CYX", "CYS"}, {"CYM", "CYS"}, {"ASH", "ASP"}, {"GLH", "GLU"}, {"LYN", "LYS"}};
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
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
  return residue.is_amino_acid() || residue.is_nucleic_acid();
}

bool is_water_residue(const std::string& residue_name) {
  return gemmi::find_tabulated_residue(tabulated_name(residue_name)).is_water();
}

}  // namespace elastem
