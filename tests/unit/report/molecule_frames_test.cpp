#include "report/molecule_frames.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/base64.hpp"

namespace elastem {
namespace {

Structure chain(Eigen::Index atoms) {
  Structure structure;
  for (Eigen::Index i = 0; i < atoms; ++i)
    structure.atoms.push_back(
        {.name = i % 4 == 0 ? "CA" : "C", .element = "C", .residue_name = "GLY", .chain = "A"});
  structure.positions = Eigen::Matrix3Xd::Zero(3, atoms);
  return structure;
}

TEST(MoleculeFrames, HoldEachFrameInSixteenBitsPerCoordinate) {
  MoleculeFrames frames(chain(2), 2);
  Eigen::Matrix3Xd positions(3, 2);
  positions << 0, 65535, 1, 2, 3, 4;
  frames.add(positions);
  frames.add(Eigen::Matrix3Xd::Zero(3, 2));
  const auto json = frames.json();
  EXPECT_EQ(json["coordinates"],
            base64(std::string("\0\0\1\0\3\0\xff\xff\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0", 24)));
  EXPECT_EQ(json["step"], 1.0);
  EXPECT_EQ(json["frames"], (std::vector<int>{0, 1}));
}

TEST(MoleculeFrames, OfALargeMoleculeTheBackboneIsShown) {
  const auto json = MoleculeFrames(chain(20000), 0).json();
  EXPECT_EQ(json["all_atoms"], 20000);
  EXPECT_EQ(json["name"], std::vector<std::string>(5000, "CA"));
}

TEST(MoleculeFrames, OfALongMovieTheEndsAreShown) {
  const Structure structure = chain(10000);
  MoleculeFrames frames(structure, 200);
  for (int f = 0; f < 200; ++f) frames.add(structure.positions);
  const auto shown = frames.json()["frames"];
  EXPECT_EQ(shown.size(), 25);  // 1.5 MB of 60 kB each
  EXPECT_EQ(shown.front(), 0);
  EXPECT_EQ(shown.back(), 199);
}

}  // namespace
}  // namespace elastem
