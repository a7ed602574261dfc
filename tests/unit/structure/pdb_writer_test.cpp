#include "structure/pdb_writer.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "structure/structure_file.hpp"

namespace elastem {
namespace {

using ::testing::HasSubstr;

std::string temporary(const std::string& name) {
  return (std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + "_" + name)).string();
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Structure chain_of(int atoms) {
  Structure structure;
  structure.positions.resize(3, atoms);
  for (int i = 0; i < atoms; ++i) {
    structure.atoms.push_back(Atom{.name = "CA",
                                   .element = "C",
                                   .residue_name = "GLY",
                                   .chain = "A",
                                   .residue_number = 1 + i,
                                   .b_factor = 7.25});
    structure.positions.col(i) = Eigen::Vector3d(i % 1000, 0.125, -3.5);
  }
  return structure;
}

TEST(PdbWriter, WhatItWritesReadsBackTheSame) {
  const std::string example = ELASTEM_TEST_DATA "/ake_open_ca.pdb", path = temporary("models.pdb");
  const Structure structure = read_structure(example, {.nodes = Nodes::ca}).structure;
  PdbWriter writer(path, structure, {"two models"});
  writer.add_model(structure.positions);
  writer.add_model(-structure.positions);
  writer.close();
  const StructureFile second = read_structure(path, {.nodes = Nodes::ca, .model = 2});
  EXPECT_EQ(second.model_count, 2);
  ASSERT_EQ(second.structure.size(), structure.size());
  EXPECT_EQ(second.structure.positions, -structure.positions);  // both have three decimals
  for (std::size_t i = 0; i < structure.atoms.size(); ++i) {
    EXPECT_EQ(second.structure.atoms[i].residue_name, structure.atoms[i].residue_name);
    EXPECT_EQ(second.structure.atoms[i].residue_number, structure.atoms[i].residue_number);
    EXPECT_EQ(second.structure.atoms[i].charge_sum, structure.atoms[i].charge_sum);
    EXPECT_EQ(second.structure.atoms[i].b_factor, structure.atoms[i].b_factor);
  }
  std::filesystem::remove(path);
}

TEST(PdbWriter, LinesHaveEightyColumns) {
  const std::string path = temporary("columns.pdb");
  const Structure structure = chain_of(1);
  PdbWriter writer(path, structure);
  writer.add_model(structure.positions);
  writer.close();
  EXPECT_THAT(
      content(path),
      HasSubstr("ATOM      1  CA  GLY A   1       0.000   0.125  -3.500  1.00  7.25           C  \n"));
  std::filesystem::remove(path);
}

TEST(PdbWriter, PartsMoleculesOfOneChainNameByTer) {
  const std::string path = temporary("molecules.pdb");
  Structure structure = chain_of(4);
  for (std::size_t i = 0; i < 4; ++i) {
    structure.atoms[i].residue = structure.atoms[i].residue_number = static_cast<int>(i / 2 + 1);
    structure.atoms[i].molecule = static_cast<int>(i / 2);
    structure.atoms[i].name = i % 2 == 0 ? "N" : "CA";
  }
  structure.positions.rightCols(2).array() += 20;
  PdbWriter writer(path, structure);
  writer.add_model(structure.positions);
  writer.add_model(structure.positions);
  writer.close();
  const Structure again = read_structure(path, {.model = 2}).structure;
  ASSERT_EQ(again.size(), 4);
  EXPECT_TRUE(same_residue(again.atoms[0], again.atoms[1]));
  EXPECT_FALSE(same_molecule(again.atoms[1], again.atoms[2]));
  std::filesystem::remove(path);
}

TEST(PdbWriter, NumbersManyAtomsInHybrid36) {
  const std::string path = temporary("many.pdb");
  const Structure structure = chain_of(100001);
  PdbWriter writer(path, structure);
  writer.add_model(structure.positions);
  writer.close();
  EXPECT_THAT(content(path), HasSubstr("ATOM  A0000  CA  GLY A"));  // the 100,000th atom
  EXPECT_EQ(read_structure(path, {}).structure.size(), 100001);
  std::filesystem::remove(path);
}

TEST(PdbWriter, GivesLongChainNamesSingleLetters) {
  Structure structure = chain_of(2);
  structure.atoms[0].chain = "Heavy";
  structure.atoms[1].chain = "A";
  const std::string path = temporary("chains.pdb");
  PdbWriter writer(path, structure);
  writer.add_model(structure.positions);
  writer.close();
  EXPECT_THAT(content(path), HasSubstr("chain A is chain Heavy"));
  EXPECT_THAT(content(path), HasSubstr("GLY B   2"));
  std::filesystem::remove(path);
}

TEST(PdbWriter, RefusesWhatTheFormatCannotHold) {
  const Structure structure = chain_of(1);
  EXPECT_THROW(PdbWriter("/no/such/folder/a.pdb", structure), Error);
  const std::string path = temporary("far.pdb");
  PdbWriter writer(path, structure);
  EXPECT_THROW(writer.add_model(Eigen::Vector3d(0, 0, 10000)), Error);
  EXPECT_THROW(writer.add_model(Eigen::Vector3d(0, std::nan(""), 0)), Error);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace elastem
