#include "structure/atom_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/unit/structure/pdb_lines.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

AtomFile pdb_of(const std::string& content) {
  return parse_pdb(content, "a.pdb");
}

TEST(PdbText, TakesAnythingInTheLastColumns) {
  for (const char* end : {"  1.00  9.00      1ABC 100", "  1.00  9.00      1ABC1000",
                          "  1.00  9.00      PROA", "  1.00  9.00      PROTEIN", "  1.00  9.00           C1-",
                          "  1.00  9.00      00012345", "  1.00", "", "  1.00  9.00           C  \r"}) {
    const AtomFile file = pdb_of(text(pdb::Line{.end = end}));
    ASSERT_EQ(file.models.size(), 1U) << end;
    const FileAtom& atom = file.models[0].residues[0].atoms[0];
    EXPECT_EQ(atom.occupancy, 1) << end;
    EXPECT_TRUE(atom.element == gemmi::El::X || atom.element == gemmi::El::C) << end;
  }
}

TEST(PdbText, TellsLongResidueNamesFromLongChainNames) {
  const auto labels = [](const std::string& content) {
    const FileResidue residue = pdb_of(content).models[0].residues.back();
    return residue.name + " in " + residue.chain;
  };
  const std::string end = "   1      11.000  20.000   3.000  1.00  0.00\n";
  EXPECT_EQ(labels("ATOM      1  OH2 TIP3W" + end), "TIP3 in W");
  EXPECT_EQ(labels("ATOM      1  C1  POPC " + end), "POPC in ");
  EXPECT_EQ(labels("ATOM      1  C1  POPCL" + end), "POPC in L");
  EXPECT_EQ(labels("ATOM      1  CA  ALAAB" + end), "ALA in AB");
  EXPECT_EQ(labels("ATOM      1  CA  ALAAB" + end + "ATOM      1  C1  LIGAB" + end), "LIG in AB");
  EXPECT_EQ(labels("ATOM      1  CA  ASPHA" + end), "ASPH in A");
}

TEST(PdbText, EndPartsModelsAndNumbersMayRepeat) {
  const std::string atom = text(pdb::Line{});
  const AtomFile frames = pdb_of(atom + "END\n" + atom + "END\n" + atom);
  ASSERT_EQ(frames.models.size(), 3U);
  EXPECT_EQ(frames.models[2].number, 3);
  const AtomFile same =
      pdb_of("MODEL        1\n" + atom + "ENDMDL\nMODEL        1\n" + atom + "ENDMDL\nEND\n");
  ASSERT_EQ(same.models.size(), 2U);
  EXPECT_EQ(same.models[1].number, 2);
}

// Columns of _atom_site and what stands in them for GLY 5 N and CA.
std::string mmcif(const std::vector<std::array<std::string, 3>>& columns) {
  std::string text = "data_x\nloop_\n", first, second;
  for (const auto& [tag, of_n, of_ca] : columns) {
    text += "_atom_site." + tag + "\n";
    first += of_n + " ";
    second += of_ca + " ";
  }
  return text + first + "\n" + second + "\n";
}

const std::vector<std::array<std::string, 3>> least = {
    {"label_atom_id", "N", "CA"}, {"label_comp_id", "GLY", "GLY"}, {"label_asym_id", "A", "A"},
    {"label_seq_id", "5", "5"},   {"Cartn_x", "1.5", "2.5"},       {"Cartn_y", "1", "1"},
    {"Cartn_z", "1", "1"}};

TEST(MmcifText, NeedsNeitherAuthorsNumbersNorOccupancyNorBFactor) {
  const AtomFile file = parse_mmcif(mmcif(least), "a.cif");
  ASSERT_EQ(file.models.size(), 1U);
  ASSERT_EQ(file.models[0].residues.size(), 1U);
  const FileResidue& residue = file.models[0].residues[0];
  EXPECT_EQ(residue.number, 5);
  EXPECT_EQ(residue.chain, "A");
  ASSERT_EQ(residue.atoms.size(), 2U);
  EXPECT_EQ(residue.atoms[1].occupancy, 1);
  EXPECT_EQ(residue.atoms[1].b_factor, 0);
  const pdb::File on_disk(mmcif(least), ".cif");
  EXPECT_EQ(read_structure(on_disk.path(), {}).structure.atoms[1].element, "C");
}

TEST(MmcifText, PrefersTheAuthorsLabelsWhereTheyAreSaid) {
  auto columns = least;
  columns.push_back({"auth_seq_id", "12", "?"});
  columns.push_back({"auth_asym_id", "Q", "Q"});
  columns.push_back({"U_iso_or_equiv", "0.1", "0.1"});
  const AtomFile file = parse_mmcif(mmcif(columns), "a.cif");
  ASSERT_EQ(file.models[0].residues.size(), 2U);
  EXPECT_EQ(file.models[0].residues[0].number, 12);
  EXPECT_EQ(file.models[0].residues[1].number, 5);
  EXPECT_EQ(file.models[0].residues[0].chain, "Q");
  EXPECT_NEAR(file.models[0].residues[0].atoms[0].b_factor, 7.896, 5e-4);  // 8π²·0.1, three decimals
}

TEST(MmcifText, SaysWhatIsMissing) {
  auto without = least;
  without[4][0] = "fract_x";
  without.push_back({"id", "1", "2"});
  EXPECT_THAT(error_of([&] { parse_mmcif(mmcif(without), "a.cif"); }),
              HasSubstr("a.cif: the table _atom_site has no coordinates"));
  const std::string twice = mmcif(least) + "data_y" + mmcif(least).substr(6);
  EXPECT_THAT(error_of([&] { parse_mmcif(twice, "a.cif"); }),
              HasSubstr("'x' and 'y' of a.cif both hold atoms"));
}

TEST(AtomFiles, MayBeginWithAByteOrderMark) {
  const pdb::File file("\xEF\xBB\xBF" + mmcif(least), ".cif");
  EXPECT_STREQ(read_atom_file(file.path()).format, "mmCIF");
}

}  // namespace
}  // namespace elastem
