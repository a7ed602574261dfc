#include "options/modes_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace elastem::cli {
namespace {

using testing::HasSubstr;

ModesOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"-o", "modes.h5"});
  return read_options<ModesOptions>("modes", arguments);
}

std::string refusal(std::vector<std::string> arguments) {
  return error_of([&] { options_of(arguments); });
}

TEST(ModesOptions, TheCutoffFollowsFromTheNodes) {
  EXPECT_EQ(options_of({"-i", "a.pdb"}).cutoff, 8);
  EXPECT_EQ(options_of({"-i", "a.pdb"}).relative.neighbours, 60);
  EXPECT_EQ(options_of({"-i", "a.pdb", "--atoms", "ca"}).cutoff, 15);
  EXPECT_EQ(options_of({"-i", "a.pdb", "--atoms", "ca"}).relative.neighbours, 34);
  EXPECT_EQ(options_of({"-i", "a.pdb", "--cutoff", "10"}).cutoff, 10);
  EXPECT_EQ(options_of({"-i", "a.pdb", "--cutoff", "95%"}).cutoff, 0);
  EXPECT_EQ(options_of({"--from-map", "a.mrc"}).cutoff, 0);
}

TEST(ModesOptions, FillTheSelectionOfTheStructure) {
  const ModesOptions o = options_of(
      {"-i", "a.pdb", "--chain", "A", "--chain", "B", "--ligands", "--model", "2", "--solver", "slepc"});
  EXPECT_THAT(o.selection.chains, testing::ElementsAre("A", "B"));
  EXPECT_TRUE(o.selection.ligands);
  EXPECT_EQ(o.selection.model, 2);
  EXPECT_EQ(o.solver, Solver::slepc);
  EXPECT_EQ(o.nodes(), "all");
  EXPECT_EQ(options_of({"-i", "a.pdb", "--atoms", "ca"}).nodes(), "ca");
  EXPECT_EQ(options_of({"--from-map", "a.mrc"}).nodes(), "pseudoatoms");
}

TEST(ModesOptions, RefuseWhatDoesNotGoTogether) {
  EXPECT_THAT(refusal({}), HasSubstr("give a structure with --input, or a map with --from-map"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--from-map", "a.mrc"}), HasSubstr("not both"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--threshold", "2"}),
              HasSubstr("--threshold: goes with --from-map only"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--voxel-size", "2"}),
              HasSubstr("--voxel-size: goes with --from-map only"));
  EXPECT_THAT(refusal({"--from-map", "a.mrc", "--chain", "A"}), HasSubstr("--chain: means nothing"));
  EXPECT_THAT(refusal({"--from-map", "a.mrc", "--target", "b.pdb"}), HasSubstr("--target: pseudoatoms"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--atoms", "ca", "--ligands"}), HasSubstr("--ligands: means nothing"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--modes", "6"}), HasSubstr("7 or more"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--block-residues", "0"}), HasSubstr("1 or more"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--model", "-1"}), HasSubstr("1 or more"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--atoms", "cb"}), HasSubstr("did you mean ca?"));
  EXPECT_THAT(refusal({"-i", "a.pdb", "--mode", "9"}), HasSubstr("did you mean modes?"));
}

}  // namespace
}  // namespace elastem::cli
