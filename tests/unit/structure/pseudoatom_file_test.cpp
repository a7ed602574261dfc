#include "structure/pseudoatom_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/unit/structure/pdb_lines.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

// As Xmipp's volume_to_pseudoatoms prints them; the other column holds a 1 in its last place.
std::string xmipp(const std::string& column, const std::vector<double>& weights, int first = 1) {
  std::string file = "REMARK xmipp_volume_to_pseudoatoms\nREMARK fixedGaussian 2.500000\n";
  if (!column.empty()) file += "REMARK intensityColumn " + column + "\n";
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const int number = first + static_cast<int>(i);
    file += fmt::format("ATOM  {:5} DENS DENS{:5}    {:8.3f}{:8.3f}{:8.3f}", number, number,
                        3.0 * static_cast<double>(i + 1), 1.0, -2.0);
    file += column == "Bfactor" ? fmt::format("     1{:6.2f}      DENS\n", weights[i])
                                : fmt::format("{:6.2f}     1      DENS\n", weights[i]);
  }
  return file;
}

TEST(PseudoatomFile, OfXmippGivesWeightsAndWidth) {
  for (const char* column : {"Bfactor", "occupancy", ""}) {
    const StructureFile file = pdb::read(xmipp(column, {0.25, 1, 0.5}));
    ASSERT_TRUE(file.pseudoatoms) << column;
    EXPECT_EQ(file.pseudoatom_sigma, 2.5);
    ASSERT_EQ(file.structure.size(), 3);
    EXPECT_EQ(of_atoms(file.structure, &Atom::charge_sum), Eigen::Vector3d(0.25, 1, 0.5)) << column;
    EXPECT_EQ(of_atoms(file.structure, &Atom::mass), Eigen::Vector3d::Ones());
    EXPECT_EQ(file.structure.positions.col(1), Eigen::Vector3d(6, 1, -2));
  }
}

TEST(PseudoatomFile, OfXmippMayHaveManyAtoms) {
  const StructureFile file = pdb::read(xmipp("Bfactor", std::vector<double>(4, 0.5), 9998));
  EXPECT_TRUE(file.pseudoatoms);
  EXPECT_EQ(file.structure.size(), 4);
  EXPECT_EQ(of_atoms(file.structure, &Atom::charge_sum), Eigen::Vector4d::Constant(0.5));
}

TEST(PseudoatomFile, OfXmippMayHaveNumbersWiderThanTheirColumns) {
  const StructureFile file = pdb::read(xmipp("Bfactor", {0.25, 1, 0.5, 0.75}, 99998));
  EXPECT_TRUE(file.pseudoatoms);
  ASSERT_EQ(file.structure.size(), 4);
  EXPECT_EQ(of_atoms(file.structure, &Atom::charge_sum), Eigen::Vector4d(0.25, 1, 0.5, 0.75));
  EXPECT_EQ(file.structure.positions.col(3), Eigen::Vector3d(12, 1, -2));
}

TEST(PseudoatomFile, ReadsBackWhatWasWritten) {
  Structure structure;
  structure.positions = 10 * Eigen::Matrix3Xd::Random(3, 5);
  for (int i = 0; i < 5; ++i)
    structure.atoms.push_back({.name = "DENS",
                               .element = "C",
                               .residue_name = "DEN",
                               .chain = "A",
                               .residue_number = i + 1,
                               .mass = 1,
                               .charge_sum = 7.5 * (i + 1)});
  const pdb::File place("");
  write_pseudoatoms(place.path(), structure, 2.25);
  const StructureFile file = read_structure(place.path(), {});
  ASSERT_TRUE(file.pseudoatoms);
  EXPECT_EQ(file.pseudoatom_sigma, 2.25);
  ASSERT_EQ(file.structure.size(), 5);
  // Two decimals of a hundredth of the largest, three of the positions.
  EXPECT_LT((of_atoms(file.structure, &Atom::charge_sum) - of_atoms(structure, &Atom::charge_sum))
                .cwiseAbs()
                .maxCoeff(),
            0.0051 * 0.01 * 37.5);
  EXPECT_LT((file.structure.positions - structure.positions).cwiseAbs().maxCoeff(), 0.00051);
}

TEST(PseudoatomFile, HasNoCa) {
  EXPECT_THAT(error_of([] {
                pdb::read(xmipp("Bfactor", {1, 1}), {.nodes = Nodes::ca});
              }),
              HasSubstr("pseudoatoms of a map, which have no Cα"));
}

}  // namespace
}  // namespace elastem
