// Residues are told apart by their place in the file, whatever their labels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/structure/pdb_lines.hpp"

namespace elastem {
namespace {

using pdb::read;
using pdb::text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> sequence = {"MET", "ARG", "ILE", "LEU"};

int residues_of(const Structure& structure) {
  int count = 0;
  for (std::size_t i = 0; i < structure.atoms.size(); ++i)
    count += i == 0 || !same_residue(structure.atoms[i - 1], structure.atoms[i]);
  return count;
}

TEST(Molecules, OfOneChainNameStayApart) {
  const std::string one = text(pdb::Chain{.sequence = sequence}),
                    other = text(pdb::Chain{.sequence = sequence, .y = 20});
  for (const char* between : {"TER\n", "TER      17      LEU A   4\n", ""}) {
    const std::string file = one + between + other;
    const StructureFile ca = read(file, {.nodes = Nodes::ca}), all = read(file);
    EXPECT_EQ(ca.structure.size(), 8) << between;
    EXPECT_EQ(residues_of(ca.structure), 8) << between;
    EXPECT_EQ(all.structure.size(), 32) << between;
    EXPECT_EQ(residues_of(all.structure), 8) << between;
    EXPECT_EQ(all.structure.atoms[15].molecule, 0);
    EXPECT_EQ(all.structure.atoms[16].molecule, 1);
    EXPECT_EQ(all.doubts.repeated_residues, 4);
  }
}

TEST(Molecules, OfBlankChainNamesStayApartToo) {
  const std::string file = text(pdb::Chain{.sequence = sequence, .name = ""}) + "TER\n" +
                           text(pdb::Chain{.sequence = {"LEU", "GLY"}, .name = "", .y = 20});
  const Structure structure = read(file, {.nodes = Nodes::ca}).structure;
  EXPECT_EQ(structure.size(), 6);
  EXPECT_FALSE(same_molecule(structure.atoms[3], structure.atoms[4]));
}

TEST(Molecules, NumbersThatStartAgainWithinAChainAreNoNewMolecule) {
  const std::string file = text(pdb::Chain{.sequence = sequence}) +
                           text(pdb::Chain{.sequence = sequence, .x = 3.8 * 4});  // bonded to the first four
  const Structure structure = read(file, {.nodes = Nodes::ca}).structure;
  EXPECT_EQ(structure.size(), 8);
  EXPECT_EQ(residues_of(structure), 8);
  EXPECT_TRUE(same_molecule(structure.atoms[3], structure.atoms[4]));
}

TEST(Molecules, NumbersThatAreAllTheSameDoNotMerge) {
  std::string file;
  for (int i = 0; i < 3; ++i) file += text(pdb::Chain{.sequence = {"ALA"}, .first = 9, .x = 3.8 * i});
  EXPECT_EQ(read(file, {.nodes = Nodes::ca}).structure.size(), 3);
}

TEST(Molecules, SelenomethionineOfTheSecondMoleculeIsNoLigand) {
  std::string second = text(pdb::Chain{.sequence = {"ALA", "MSE", "ALA"}, .y = 20});
  for (std::size_t at = 0; (at = second.find("MSE", at)) != std::string::npos; ++at)
    second.replace(at - 17, 6, "HETATM");
  const StructureFile file =
      read(text(pdb::Chain{.sequence = sequence}) + "TER\n" + second, {.nodes = Nodes::ca});
  EXPECT_EQ(file.structure.size(), 7);
  EXPECT_EQ(file.left_out.ligands, 0);
}

TEST(Molecules, AtomsThatComeLaterJoinTheirResidue) {
  // Another location and a hydrogen at the end of the file; then a second molecule's residue of that label.
  const std::string file =
      text(pdb::Chain{.sequence = sequence}) +
      text(pdb::Line{.name = "CB", .residue = "ARG", .number = 2, .x = 5.2, .y = 1.9}) +
      text(pdb::Line{.name = "HA", .residue = "ARG", .number = 2, .x = 5.2, .y = 0.4, .z = 1}) +
      text(pdb::Line{.name = "CB", .residue = "ARG", .number = 2, .x = 5.2, .y = 40});
  const StructureFile read_file = read(file);
  EXPECT_EQ(read_file.structure.size(), 18);
  EXPECT_EQ(residues_of(read_file.structure), 5);
  EXPECT_EQ(read_file.structure.atoms[8].name, "CB");  // behind N, CA, C, O of the second residue
  EXPECT_EQ(read_file.left_out.hydrogens, 1);
}

// PRO and SER at one place, atom by atom.
std::string mixed_residue(double of_proline, char first, char second) {
  std::string all = text(pdb::Chain{.sequence = {"ALA"}});
  for (const auto& [name, dx, dy] : {std::tuple("N", 0.0, 0.0), {"CA", 1.4, 0.4}, {"C", 2.6, 0.0}})
    for (const bool proline : {true, false})
      all += text(pdb::Line{.name = name,
                            .residue = proline ? "PRO" : "SER",
                            .number = 2,
                            .x = 3.8 + dx,
                            .y = dy + (proline ? 0 : 0.3),
                            .end = fmt::format("{:6.2f}  9.00", proline ? of_proline : 1 - of_proline),
                            .location = proline ? first : second});
  return all + text(pdb::Chain{.sequence = {"GLY"}, .first = 3, .x = 7.6});
}

TEST(Microheterogeneity, IsOneResidueTheMostOccupied) {
  for (const auto& [occupancy, first, second] :
       {std::tuple(0.6, 'A', 'B'), {0.4, 'A', 'B'}, {0.4, ' ', ' '}}) {
    const std::string text = mixed_residue(occupancy, first, second);
    const StructureFile ca = read(text, {.nodes = Nodes::ca}), all = read(text);
    ASSERT_EQ(ca.structure.size(), 3);
    EXPECT_EQ(ca.structure.atoms[1].residue_name, occupancy > 0.5 ? "PRO" : "SER");
    EXPECT_EQ(all.structure.size(), 4 + 3 + 4);
    EXPECT_EQ(all.left_out.alternates, 3);
    EXPECT_EQ(all.doubts.mixed_residues, 1);
  }
}

TEST(Microheterogeneity, TwoResiduesOfOneNumberInARowAreTwo) {
  const std::string file =
      text(pdb::Chain{.sequence = {"ALA"}}) + text(pdb::Chain{.sequence = {"SER"}, .x = 3.8});
  EXPECT_EQ(read(file, {.nodes = Nodes::ca}).structure.size(), 2);
}

TEST(Doubts, NameAnAtomThatStandsTwice) {
  const std::string chain = text(pdb::Chain{.sequence = sequence});
  const StructureFile file =
      read(chain.substr(0, 2 * chain.find('\n') + 2) +
           text(pdb::Line{.residue = "MET", .x = 1.45, .y = 0.4}) + chain.substr(2 * chain.find('\n') + 2));
  EXPECT_EQ(file.structure.size(), 16);
  EXPECT_EQ(file.doubts.doubled, 1);
  EXPECT_THAT(warnings_of(file.doubts).at(0), HasSubstr("chain A MET 1 CA"));
}

TEST(Doubts, NameAtomsAtOnePlace) {
  const StructureFile file = read(text(pdb::Chain{.sequence = sequence}) +
                                  text(pdb::Chain{.sequence = sequence, .name = "B", .y = 0.05}));
  EXPECT_EQ(file.structure.size(), 32);
  EXPECT_EQ(file.doubts.close, 16);
  EXPECT_THAT(file.doubts.first_close, HasSubstr("chain A MET 1 N and chain B MET 1 N"));
}

TEST(Water, IsLeftOutUnderAnyOfItsNames) {
  std::string file = text(pdb::Chain{.sequence = sequence});
  for (const char* name : {"HOH", "WAT", "SOL", "TIP"})
    file += text(pdb::Line{.name = "OW", .residue = name, .chain = "W", .number = 1, .y = 30});
  file +=
      "ATOM     40  OH2 TIP3W   3      11.000  20.000   3.000  1.00  0.00      WAT \n"
      "ATOM     41  H1  TIP3W   3      11.900  20.000   3.000  1.00  0.00      WAT \n"
      "ATOM     42  OH2 TIP3    4      11.000  26.000   3.000  1.00  0.00      WAT \n"
      "ATOM     43  OW  SPCE    5      11.000  29.000   3.000  1.00  0.00\n";
  const StructureFile read_file = read(file, {.ligands = true});
  EXPECT_EQ(read_file.structure.size(), 16);
  EXPECT_EQ(read_file.left_out.waters, 8);
}

TEST(Water, IsNotALigandOfThatName) {
  const std::string file =
      text(pdb::Chain{.sequence = sequence}) +
      text(pdb::Line{.name = "C1", .residue = "SOL", .number = 90, .y = 30, .hetero = true});
  const StructureFile read_file = read(file);
  EXPECT_EQ(read_file.left_out.waters, 0);
  EXPECT_EQ(read_file.left_out.ligands, 1);
}

TEST(Ligands, ALipidWhoseTenthCarbonIsCalledCaIsNoResidue) {
  std::string file = text(pdb::Chain{.sequence = sequence});
  for (const char* name : {"C1", "O2", "C9", "CA", "CB"})
    file += text(pdb::Line{
        .name = name, .residue = "PLY", .number = 801, .x = static_cast<double>(file.size()), .y = 30});
  const StructureFile read_file = read(file, {.nodes = Nodes::ca});
  EXPECT_EQ(read_file.structure.size(), 4);
  EXPECT_EQ(read_file.left_out.ligands, 5);
  const std::string bead = text(pdb::Line{.name = "CA", .residue = "XYZ", .number = 5, .x = 15.2});
  EXPECT_EQ(read(text(pdb::Chain{.sequence = sequence}) + bead, {.nodes = Nodes::ca}).structure.size(), 5);
}

TEST(Caps, OfAChainAreOfTheChain) {
  for (const char* cap : {"ACE", "NME", "NH2", "NMA"}) {
    const std::string file =
        text(pdb::Chain{.sequence = sequence}) +
        text(pdb::Line{.name = "C", .residue = cap, .number = 5, .x = 15.2, .hetero = true});
    EXPECT_EQ(read(file).structure.size(), 17) << cap;
    const StructureFile ca = read(file, {.nodes = Nodes::ca});
    EXPECT_EQ(ca.structure.size(), 4) << cap;
    EXPECT_EQ(ca.left_out.residues_without_node, 0) << cap;
  }
}

}  // namespace
}  // namespace elastem
