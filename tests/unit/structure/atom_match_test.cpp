#include "structure/atom_match.hpp"

#include <limits>

#include <Eigen/Geometry>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "structure/structure_file.hpp"
#include "structure/superposition.hpp"

namespace elastem {
namespace {

using ::testing::ElementsAre;

Structure chain_of(const std::vector<std::string>& sequence, const std::string& chain, int first) {
  Structure structure;
  structure.positions = Eigen::Matrix3Xd::Random(3, static_cast<Eigen::Index>(sequence.size()));
  for (const std::string& name : sequence)
    structure.atoms.push_back(
        Atom{.name = "CA", .residue_name = name, .chain = chain, .residue_number = first++});
  return structure;
}

Structure joined(const Structure& a, const Structure& b) {
  Structure both = a;
  both.atoms.insert(both.atoms.end(), b.atoms.begin(), b.atoms.end());
  both.positions.conservativeResize(3, a.size() + b.size());
  both.positions.rightCols(b.size()) = b.positions;
  return both;
}

const std::vector<std::string> sequence = {"MET", "ARG", "ILE", "LEU", "GLY",
                                           "ALA", "PRO", "GLY", "VAL", "SER"};
const std::vector<std::string> other = {"TRP", "TYR", "CYS", "HIS", "LYS", "ASP", "GLU", "ASN", "GLN", "PHE"};

Structure ake(const char* name) {
  return read_structure(std::string(ELASTEM_TEST_DATA) + "/" + name, {.nodes = Nodes::ca}).structure;
}

TEST(MatchAtoms, ByLabels) {
  const Structure whole = chain_of(sequence, "A", 1);
  Structure part = whole;
  part.atoms.erase(part.atoms.begin() + 3);
  part.positions.conservativeResize(3, 9);
  std::swap(part.atoms[0], part.atoms[1]);  // another order of the file
  part.atoms[5].residue_name = "ASN";       // a mutation
  const AtomMatch match = match_atoms(whole, part);
  EXPECT_EQ(match.by, MatchedBy::labels);
  EXPECT_THAT(match.first, ElementsAre(0, 1, 2, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(match.second, ElementsAre(1, 0, 2, 3, 4, 5, 6, 7, 8));
}

TEST(MatchAtoms, BySequenceWhereNumbersAndChainsDiffer) {
  const Structure whole = chain_of(sequence, "A", 1);
  std::vector<std::string> shorter = sequence;
  shorter.erase(shorter.begin() + 4);  // a residue that was not seen
  for (const auto& [chain, first] : {std::pair("A", 6), std::pair("B", 1), std::pair("B", 101)}) {
    const AtomMatch match = match_atoms(whole, chain_of(shorter, chain, first));
    EXPECT_EQ(match.by, MatchedBy::sequence) << chain << first;
    EXPECT_THAT(match.first, ElementsAre(0, 1, 2, 3, 5, 6, 7, 8, 9)) << chain << first;
    EXPECT_THAT(match.second, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8)) << chain << first;
  }
}

TEST(MatchAtoms, PairsTheChainsOfAlikeSequences) {
  const Structure a = joined(chain_of(sequence, "A", 1), chain_of(other, "B", 1));
  const Structure b = joined(chain_of(other, "A", 50), chain_of(sequence, "C", 50));
  const AtomMatch match = match_atoms(a, b);
  ASSERT_EQ(match.first.size(), 20u);
  for (std::size_t k = 0; k < 20; ++k)
    EXPECT_EQ(a.atoms[static_cast<std::size_t>(match.first[k])].residue_name,
              b.atoms[static_cast<std::size_t>(match.second[k])].residue_name);
}

TEST(MatchAtoms, StrangersHaveNothingInCommon) {
  EXPECT_TRUE(match_atoms(chain_of(sequence, "A", 1), chain_of(other, "B", 1)).first.empty());
}

// Two molecules of the same sequence, chain name and numbers, as they are read.
Structure twins() {
  Structure both = joined(chain_of(sequence, "", 1), chain_of(sequence, "", 1));
  for (std::size_t i = 0; i < both.atoms.size(); ++i) {
    both.atoms[i].residue = static_cast<int>(i);
    both.atoms[i].molecule = i < sequence.size() ? 0 : 1;
  }
  return both;
}

TEST(MatchAtoms, ByOrderWhereLabelsRepeat) {
  const Structure first = twins(), second = twins();
  const AtomMatch match = match_atoms(first, second);
  ASSERT_EQ(match.first.size(), 20u);
  EXPECT_EQ(match.first, match.second);
  EXPECT_EQ(match.by, MatchedBy::order);
  EXPECT_THAT(match_remark(match), testing::HasSubstr("bear the same chain name and number"));
}

TEST(MatchAtoms, ByMoleculeAndSequenceWhereLabelsRepeatAndResiduesAreMissing) {
  const Structure first = twins();
  Structure second = twins();
  second.atoms.erase(second.atoms.begin() + 12);
  second.positions.conservativeResize(3, 19);
  for (const bool named : {false, true}) {
    if (named)
      for (Atom& atom : second.atoms) atom.chain = atom.molecule == 0 ? "A" : "B";
    const AtomMatch match = match_atoms(first, second);
    ASSERT_EQ(match.first.size(), 19u) << named;
    for (std::size_t k = 0; k < 19; ++k)
      EXPECT_EQ(match.first[k], match.second[k] + (match.second[k] >= 12 ? 1 : 0)) << named;
    EXPECT_EQ(match.by, MatchedBy::sequence);
  }
}

TEST(MatchAtoms, ByLabelsWhereOnlyStrangersRepeat) {
  const Structure first = chain_of(sequence, "", 1);
  Structure second = first;
  for (int i = 0; i < 3; ++i) {  // ions that bear one number
    Structure ion = chain_of({"SOD"}, "", 1);
    ion.atoms[0].name = "SOD", ion.atoms[0].residue = 100 + i;
    second = joined(second, ion);
  }
  const AtomMatch match = match_atoms(first, second);
  EXPECT_EQ(match.by, MatchedBy::labels);
  EXPECT_EQ(match.first.size(), 10u);
}

TEST(ObservedChange, IsOfTheCommonAtomsAfterSuperposition) {
  const Structure open = ake("ake_open_ca.pdb");
  Structure closed = ake("ake_closed_ca.pdb");
  const double expected =
      rmsd(superposition(closed.positions, open.positions)(closed.positions), open.positions);
  const ObservedChange change = observed_change(open, closed);
  ASSERT_EQ(change.nodes.size(), 211u);
  EXPECT_EQ(change.match_remark, "");
  EXPECT_EQ(change.rmsd, expected);
  EXPECT_EQ(change.displacement.cols(), 211);
  // The same after the target was moved, cut and renamed.
  const Eigen::AngleAxisd turn(1, Eigen::Vector3d::UnitY());
  closed.positions = (turn.toRotationMatrix() * closed.positions).colwise() + Eigen::Vector3d(30, 0, -5);
  for (Atom& atom : closed.atoms) atom.chain = "Z", atom.residue_number += 1000;
  const ObservedChange again = observed_change(open, closed);
  EXPECT_EQ(again.match_remark, ", by aligned sequences");
  ASSERT_EQ(again.nodes.size(), 211u);
  // Rounding of coordinates of a hundred Å.
  const double rounding = 1000 * 100 * std::numeric_limits<double>::epsilon();
  EXPECT_LT((again.displacement - change.displacement).cwiseAbs().maxCoeff(), rounding);
}

TEST(ObservedChange, RefusesStrangers) {
  EXPECT_THROW(observed_change(chain_of(sequence, "A", 1), chain_of(other, "B", 1)), Error);
}

}  // namespace
}  // namespace elastem
