#include "structure/structure_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "core/error.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

// A dipeptide with what files bring along: hydrogens, two locations of one side chain, water, an ion and a
// ligand.
constexpr const char* dipeptide =
    "MODEL        3\n"
    "ATOM      1  N   ALA A   1      11.104   6.134  -6.504  1.00  9.00           N  \n"
    "ATOM      2  CA  ALA A   1      11.639   6.071  -5.147  1.00  9.00           C  \n"
    "ATOM      3  C   ALA A   1      13.149   6.040  -5.200  1.00  9.00           C  \n"
    "ATOM      4  O   ALA A   1      13.749   5.040  -5.600  1.00  9.00           O  \n"
    "ATOM      5  CB  ALA A   1      11.100   4.840  -4.400  1.00  9.00           C  \n"
    "ATOM      6  HA  ALA A   1      11.300   6.900  -4.600  1.00  9.00           H  \n"
    "ATOM      7  N   SER A   2      13.772   7.160  -4.800  1.00  9.00           N  \n"
    "ATOM      8  CA  SER A   2      15.223   7.270  -4.800  1.00 12.50           C  \n"
    "ATOM      9  C   SER A   2      15.700   8.600  -4.200  1.00  9.00           C  \n"
    "ATOM     10  O   SER A   2      15.000   9.600  -4.200  1.00  9.00           O  \n"
    "ATOM     11  CB ASER A   2      15.800   6.100  -4.000  0.40  9.00           C  \n"
    "ATOM     12  CB BSER A   2      15.900   6.200  -3.900  0.60  9.00           C  \n"
    "ATOM     13  OG ASER A   2      15.300   4.900  -4.500  0.40  9.00           O  \n"
    "ATOM     14  OG BSER A   2      17.300   6.200  -4.100  0.60  9.00           O  \n"
    "TER\n"
    "HETATM   15 CA    CA A 101       1.000   2.000   3.000  1.00  9.00          CA  \n"
    "HETATM   16  O   HOH A 201       4.000   5.000   6.000  1.00  9.00           O  \n"
    "HETATM   17  C1  LIG B   1       7.000   8.000   9.000  1.00  9.00           C  \n"
    "ATOM     18  N   GLY B   2      13.772   9.160   4.800  1.00  9.00           N  \n"
    "ATOM     19  CA  GLY B   2      15.223   9.270   4.800  1.00 12.50           C  \n"
    "ATOM     20  C   GLY B   2      15.700   9.600   4.200  1.00  9.00           C  \n"
    "ENDMDL\n"
    "MODEL        7\n"
    "ATOM      1  CA  GLY A   1      21.000   6.000  -6.000  1.00  9.00           C  \n"
    "ENDMDL\n"
    "END\n";

constexpr const char* mmcif =
    "data_x\nloop_\n_atom_site.group_PDB\n_atom_site.id\n_atom_site.type_symbol\n_atom_site.label_atom_id\n"
    "_atom_site.label_alt_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n_atom_site.label_entity_"
    "id\n"
    "_atom_site.label_seq_id\n_atom_site.pdbx_PDB_ins_code\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n"
    "_atom_site.Cartn_z\n_atom_site.occupancy\n_atom_site.B_iso_or_equiv\n_atom_site.auth_seq_id\n"
    "_atom_site.auth_asym_id\n_atom_site.pdbx_PDB_model_num\n"
    "ATOM 1 N N . GLY LONG 1 1 ? 1.5 2.5 -3.5 1.0 5.0 11 Long 1\n"
    "ATOM 2 C CA . GLY LONG 1 1 ? 2.5 3.5 ZZZ 1.0 5.0 11 Long 1\n";

class StructureFileTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = (directory_ / name).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string missing(const std::string& name) const { return (directory_ / name).string(); }

  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = std::filesystem::temp_directory_path() /
                 ("elastem_structure_" + std::string(test->name()) + "_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

 private:
  std::filesystem::path directory_;
};

std::string error_of(const std::string& path, const StructureSelection& selection = {}) {
  try {
    read_structure(path, selection);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST_F(StructureFileTest, ReadsEachModel) {
  std::vector<StructureFile> models;
  for_each_model(write("two.pdb", dipeptide), {}, [&](const StructureFile& one) { models.push_back(one); });
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].model, 3);
  EXPECT_EQ(models[1].model, 7);
  for (const StructureFile& one : models) {
    const StructureFile alone = read_structure(missing("two.pdb"), {.model = one.model});
    EXPECT_EQ(one.model_count, 2);
    EXPECT_EQ(one.structure.positions, alone.structure.positions);
  }
}

TEST_F(StructureFileTest, ReadsLigandsAndIonsWhereTheyAreWanted) {
  const StructureFile file = read_structure(write("a.pdb", dipeptide), {.ligands = true});
  EXPECT_EQ(file.structure.size(), 16);
  EXPECT_EQ(file.left_out.ligands, 0);
  EXPECT_EQ(file.left_out.waters, 1);
  const Atom& ion = file.structure.atoms[11];
  EXPECT_EQ(ion.element, "Ca");
  EXPECT_EQ(ion.charge_sum, 20);
}

TEST_F(StructureFileTest, LeavesOutAFreeNucleotide) {
  // AMP is a nucleotide by its name, but after the end of the chain and as HETATM it is a ligand.
  std::string text = dipeptide;
  const std::string amp =
      "HETATM   17  P   AMP A 301       7.000   8.000   9.000  1.00  9.00           P  \n";
  text.insert(text.find("HETATM   16"), amp);
  const StructureFile file = read_structure(write("a.pdb", text), {});
  EXPECT_EQ(file.structure.size(), 14);
  EXPECT_EQ(file.left_out.ligands, 3);
}

TEST_F(StructureFileTest, ReadsPolymerAtomsAndCountsTheRest) {
  const StructureFile file = read_structure(write("a.pdb", dipeptide), {});
  EXPECT_EQ(file.structure.size(), 14);
  EXPECT_EQ(file.structure.atoms.size(), 14u);
  EXPECT_EQ(file.left_out.hydrogens, 1);
  EXPECT_EQ(file.left_out.waters, 1);
  EXPECT_EQ(file.left_out.ligands, 2);  // the calcium ion and LIG
  EXPECT_EQ(file.left_out.alternates, 2);
  EXPECT_EQ(file.model, 3);
  EXPECT_EQ(file.model_count, 2);
  const Atom& atom = file.structure.atoms[6];
  EXPECT_EQ(atom.name, "CA");
  EXPECT_EQ(atom.element, "C");
  EXPECT_EQ(atom.residue_name, "SER");
  EXPECT_EQ(atom.chain, "A");
  EXPECT_EQ(atom.residue_number, 2);
  EXPECT_EQ(atom.b_factor, 12.5);
  EXPECT_EQ(atom.charge_sum, 6);
  EXPECT_NEAR(atom.mass, 12.011, 0.001);  // gemmi's table has four decimals
  EXPECT_EQ(file.structure.positions.col(6), Eigen::Vector3d(15.223, 7.270, -4.800));
}

TEST_F(StructureFileTest, TakesLocationAOrElseTheHighestOccupancy) {
  const StructureFile a = read_structure(write("a.pdb", dipeptide), {});
  EXPECT_EQ(a.structure.positions(0, 9), 15.8);  // CB of location A, although B is more frequent
  std::string without_a(dipeptide);
  for (std::size_t at = 0; (at = without_a.find("ASER", at)) != std::string::npos;) without_a[at] = 'C';
  const StructureFile b = read_structure(write("b.pdb", without_a), {});
  EXPECT_EQ(b.structure.size(), 14);
  EXPECT_EQ(b.structure.positions(0, 9), 15.9);
  EXPECT_EQ(b.structure.positions(0, 10), 17.3);
}

TEST_F(StructureFileTest, CaNodesStandForTheirResidues) {
  const StructureFile file = read_structure(write("a.pdb", dipeptide), {.nodes = Nodes::ca, .chains = {"A"}});
  ASSERT_EQ(file.structure.size(), 2);
  EXPECT_EQ(file.structure.atoms[0].charge_sum, 3 * 6 + 7 + 8);      // alanine: C3 N O
  EXPECT_EQ(file.structure.atoms[1].charge_sum, 3 * 6 + 7 + 2 * 8);  // serine: C3 N O2
  EXPECT_EQ(file.left_out.not_nodes, 9);
  EXPECT_EQ(file.left_out.other_chains, 4);
}

TEST_F(StructureFileTest, CaOnlyFileGivesTheSameNodesAsACompleteOne) {
  std::istringstream lines(dipeptide);
  std::string ca_only, line;
  while (std::getline(lines, line) && line != "ENDMDL")
    if (line.find(" CA  ") == 12) ca_only += line + "\n";
  const StructureSelection selection{.nodes = Nodes::ca};
  const Structure whole = read_structure(write("a.pdb", dipeptide), selection).structure;
  const Structure coarse = read_structure(write("b.pdb", ca_only), selection).structure;
  ASSERT_EQ(whole.size(), 3);
  ASSERT_EQ(coarse.size(), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(whole.atoms[i].charge_sum, coarse.atoms[i].charge_sum);
    EXPECT_EQ(whole.atoms[i].mass, coarse.atoms[i].mass);
  }
}

TEST_F(StructureFileTest, NucleotidesAreNodesAtTheirPhosphorus) {
  const std::string path =
      write("n.pdb",
            "ATOM      1  O5'  DA A   1       0.000   0.000   0.000  1.00  9.00           O  \n"
            "ATOM      2  P    DG A   2       1.000   0.000   0.000  1.00  9.00           P  \n"
            "ATOM      3  O5'  DG A   2       2.000   0.000   0.000  1.00  9.00           O  \n");
  const StructureFile file = read_structure(path, {.nodes = Nodes::ca});
  ASSERT_EQ(file.structure.size(), 1);
  EXPECT_EQ(file.structure.atoms[0].element, "P");
  EXPECT_EQ(file.structure.atoms[0].charge_sum, 10 * 6 + 5 * 7 + 6 * 8 + 15);
  EXPECT_EQ(file.left_out.residues_without_node, 1);
}

TEST_F(StructureFileTest, ChoosesTheModelByItsNumber) {
  const std::string path = write("a.pdb", dipeptide);
  EXPECT_EQ(read_structure(path, {.model = 7}).structure.positions(0, 0), 21.0);
  EXPECT_THAT(error_of(path, {.model = 4}), HasSubstr("its 2 models are numbered 3 to 7"));
}

TEST_F(StructureFileTest, GzippedFileGivesTheSame) {
  const std::string path = missing("a.pdb.gz");
  const gzFile file = gzopen(path.c_str(), "wb");
  gzputs(file, dipeptide);
  gzclose(file);
  EXPECT_EQ(read_structure(path, {}).structure.positions,
            read_structure(write("a.pdb", dipeptide), {}).structure.positions);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT(error_of(path), HasSubstr("damaged or truncated"));
}

TEST_F(StructureFileTest, ReadsMmcifWithLongChainNames) {
  std::string good(mmcif);
  good.replace(good.find("ZZZ"), 3, "4.5");
  const StructureFile file = read_structure(write("a.cif", good), {.chains = {"Long"}});
  ASSERT_EQ(file.structure.size(), 2);
  EXPECT_EQ(file.structure.atoms[1].chain, "Long");
  EXPECT_EQ(file.structure.atoms[1].residue_number, 11);
  EXPECT_EQ(file.structure.positions.col(1), Eigen::Vector3d(2.5, 3.5, 4.5));
}

TEST_F(StructureFileTest, ErrorsNameTheFileAndTheRemedy) {
  EXPECT_THAT(error_of(missing("no.pdb")), HasSubstr("no.pdb"));
  EXPECT_THAT(error_of(write("e.pdb", "")), HasSubstr("e.pdb is neither a PDB nor an mmCIF file"));
  EXPECT_THAT(error_of(write("t.pdb", "To whom it may concern\nHello\n")), HasSubstr("no ATOM records"));
  EXPECT_THAT(error_of(write("c.cif", "data_x\nloop_\n_atom_site.id\n'unclosed\n")), HasSubstr("c.cif"));
  EXPECT_THAT(error_of(write("nan.cif", mmcif)), HasSubstr("not a number"));
  const std::string path = write("a.pdb", dipeptide);
  EXPECT_THAT(error_of(path, {.chains = {"Q"}}), HasSubstr("Its chains are 'A', 'B'"));
  EXPECT_THAT(
      error_of(write("w.pdb", "HETATM   16  O   HOH A 201       4.000   5.000   6.000  1.00  9.00\n")),
      HasSubstr("1 belong to waters"));
}

TEST_F(StructureFileTest, ErrorsNameTheLineOfABadCoordinate) {
  std::string bad(dipeptide);
  bad.replace(bad.find("  11.639"), 8, "     nan");
  EXPECT_THAT(error_of(write("a.pdb", bad)), HasSubstr("line 3 of"));
  bad.replace(bad.find("     nan"), 8, "********");
  EXPECT_THAT(error_of(write("b.pdb", bad)), HasSubstr("coordinate x is '********'"));
  EXPECT_THAT(error_of(write("c.pdb", "ATOM      1  CA  GLY A   1      21.0\n")), HasSubstr("line 1 of"));
}

TEST(EmbeddedExample, HoldsBothFormsOfAdenylateKinase) {
  for (const char* form : {"open", "closed"}) {
    const StructureFile file =
        read_structure(std::string(ELASTEM_TEST_DATA "/ake_") + form + "_ca.pdb", {.nodes = Nodes::ca});
    EXPECT_EQ(file.structure.size(), 211);
    EXPECT_EQ(file.left_out.ligands, 0);
  }
}

}  // namespace
}  // namespace elastem
