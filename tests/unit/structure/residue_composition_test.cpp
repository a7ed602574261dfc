#include "structure/residue_composition.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace elastem {
namespace {

// Non-hydrogen atoms of the residues in a chain, counted from their structural formulae.
struct Formula {
  int c, n, o, s, p;
};

const std::map<std::string, Formula> formulae = {
    {"GLY", {2, 1, 1, 0, 0}}, {"ALA", {3, 1, 1, 0, 0}}, {"SER", {3, 1, 2, 0, 0}}, {"CYS", {3, 1, 1, 1, 0}},
    {"THR", {4, 1, 2, 0, 0}}, {"VAL", {5, 1, 1, 0, 0}}, {"PRO", {5, 1, 1, 0, 0}}, {"LEU", {6, 1, 1, 0, 0}},
    {"ILE", {6, 1, 1, 0, 0}}, {"ASP", {4, 1, 3, 0, 0}}, {"ASN", {4, 2, 2, 0, 0}}, {"GLU", {5, 1, 3, 0, 0}},
    {"GLN", {5, 2, 2, 0, 0}}, {"LYS", {6, 2, 1, 0, 0}}, {"ARG", {6, 4, 1, 0, 0}}, {"HIS", {6, 3, 1, 0, 0}},
    {"MET", {5, 1, 1, 1, 0}}, {"PHE", {9, 1, 1, 0, 0}}, {"TYR", {9, 1, 2, 0, 0}}, {"TRP", {11, 2, 1, 0, 0}},
    {"SEP", {3, 1, 5, 0, 1}}, {"TPO", {4, 1, 5, 0, 1}}, {"A", {10, 5, 6, 0, 1}},  {"G", {10, 5, 7, 0, 1}},
    {"C", {9, 3, 7, 0, 1}},   {"U", {9, 2, 8, 0, 1}},   {"DA", {10, 5, 5, 0, 1}}, {"DG", {10, 5, 6, 0, 1}},
    {"DC", {9, 3, 6, 0, 1}},  {"DT", {10, 2, 7, 0, 1}}, {"HSE", {6, 3, 1, 0, 0}}, {"CYX", {3, 1, 1, 1, 0}}};

TEST(ResidueComposition, ChargeSumOfStandardResiduesIsThatOfTheirFormula) {
  for (const auto& [name, f] : formulae)
    EXPECT_EQ(residue_composition(name).charge_sum, 6 * f.c + 7 * f.n + 8 * f.o + 16 * f.s + 15 * f.p)
        << name;
}

TEST(ResidueComposition, MassIsThatOfTheFormula) {
  // gemmi's table gives weights of single precision with three decimals; a charged form differs by an
  // electron.
  constexpr double rounding = 0.01;
  for (const auto& [name, f] : formulae)
    EXPECT_NEAR(residue_composition(name).mass,
                12.011 * f.c + 14.007 * f.n + 15.999 * f.o + 32.06 * f.s + 30.974 * f.p, rounding)
        << name;
}

TEST(ResidueComposition, SelenomethionineHoldsSelenium) {
  EXPECT_EQ(residue_composition("MSE").charge_sum, residue_composition("MET").charge_sum - 16 + 34);
}

TEST(ResidueComposition, UnknownNamesAndWaterHaveNone) {
  EXPECT_EQ(residue_composition("QQQ").charge_sum, 0);
  EXPECT_EQ(residue_composition("HOH").charge_sum, 0);
  EXPECT_TRUE(is_water_residue("HOH"));
  EXPECT_FALSE(is_polymer_residue("ATP"));
}

}  // namespace
}  // namespace elastem
