#include "structure/element_guess.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/structure/pdb_lines.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

std::string element(const std::string& residue, const std::string& name, int letters = 0,
                    std::size_t atoms = 9) {
  const FileAtom atom{.name = name, .element_letters = letters};
  FileResidue all{.name = residue};
  all.atoms.assign(atoms, atom);
  return guessed_element(atom, all).name();
}

TEST(GuessedElement, OfAStandardResidueIsNeverAMetal) {
  for (const auto& [residue, name, expected] : {std::tuple("GLU", "CD", "C"),
                                                {"SER", "HG", "H"},
                                                {"ALA", "CA", "C"},
                                                {"ARG", "NE", "N"},
                                                {"LYS", "CE", "C"},
                                                {"MET", "SD", "S"},
                                                {"HSD", "NE2", "N"},
                                                {"LEU", "1HD2", "H"},
                                                {"GLN", "OE1", "O"},
                                                {"DA", "P", "P"},
                                                {"ADE", "O1P", "O"},
                                                {"ILE", "OXT", "O"},
                                                {"GLX", "AE1", "O"},
                                                {"ALA", "D", "D"}})
    for (const int letters : {0, 1, 2})
      EXPECT_EQ(element(residue, name, letters), expected) << residue << name;
}

TEST(GuessedElement, OfAModifiedResidueMayBeHeavy) {
  EXPECT_EQ(element("MSE", "SE"), "Se");
  EXPECT_EQ(element("MSE", "CE"), "C");
  EXPECT_EQ(element("BRU", "BR"), "Br");
}

TEST(GuessedElement, OfAnIonIsThatOfItsName) {
  for (const auto& [residue, name, expected] : {std::tuple("ZN", "ZN", "Zn"),
                                                {"CA", "CA", "Ca"},
                                                {"SOD", "SOD", "Na"},
                                                {"CLA", "CLA", "Cl"},
                                                {"NA+", "NA", "Na"},
                                                {"CD", "CD", "Cd"},
                                                {"MG2", "MG", "Mg"}})
    EXPECT_EQ(element(residue, name, 0, 1), expected) << residue;
  EXPECT_EQ(element("CLA", "CHA"), "C");  // of chlorophyll
}

TEST(GuessedElement, OfALigandFollowsTheColumnsOrTheWholeName) {
  EXPECT_EQ(element("HEM", "FE", 2), "Fe");
  EXPECT_EQ(element("HEM", "FE"), "Fe");
  EXPECT_EQ(element("HEM", "NA"), "N");
  EXPECT_EQ(element("LIG", "CL1", 2), "Cl");
  EXPECT_EQ(element("LIG", "CD", 1), "C");
  EXPECT_EQ(element("LIG", "HG", 2), "Hg");
  EXPECT_EQ(element("LIG", "HG"), "H");
}

TEST(GuessedElement, IsCountedAndHydrogensAreKnown) {
  std::string file;
  for (const char* name : {"N", "CA", "C", "O", "CB", "CG", "CD", "OE1", "HG2"})
    file += text(
        pdb::Line{.name = name, .residue = "GLU", .x = static_cast<double>(file.size()), .flush_left = true});
  const StructureFile read = pdb::read(file);
  double charges = 0;
  for (const Atom& atom : read.structure.atoms) charges += atom.charge_sum;
  EXPECT_EQ(charges, 5 * 6 + 7 + 2 * 8);
  EXPECT_EQ(read.left_out.hydrogens, 1);
  EXPECT_EQ(read.doubts.guessed_elements, 8);
  EXPECT_THAT(warnings_of(read.doubts).at(0), HasSubstr("the elements of 8 atoms"));
}

TEST(GuessedElement, ReplacesOneThatCannotBe) {
  const std::string file =
      text(pdb::Line{.name = "N", .residue = "GLU", .end = "  1.00  9.00           N"}) +
      text(pdb::Line{.name = "CD", .residue = "GLU", .x = 3, .end = "  1.00  9.00          CD"});
  const StructureFile read = pdb::read(file);
  EXPECT_EQ(read.structure.atoms[1].element, "C");
  EXPECT_EQ(read.doubts.guessed_elements, 1);
}

TEST(GuessedElement, IsNotCountedWhereNothingDependsOnIt) {
  const StructureFile read =
      pdb::read(text(pdb::Line{}) + text(pdb::Line{.number = 2, .x = 3.8}), {.nodes = Nodes::ca});
  EXPECT_EQ(read.doubts.guessed_elements, 0);
}

}  // namespace
}  // namespace elastem
