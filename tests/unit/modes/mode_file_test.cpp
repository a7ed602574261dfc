#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "modes/nmd_file.hpp"
#include "modes/xmipp_modes.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

Structure three_atoms() {
  Structure structure;
  structure.positions.resize(3, 3);
  structure.positions << 1, 4, 7.25, 2, -5, 8, 3, 6, -9;
  for (int i = 0; i < 3; ++i)
    structure.atoms.push_back(Atom{.name = "CA",
                                   .element = "C",
                                   .residue_name = "GLY",
                                   .chain = i == 0 ? "" : "B",
                                   .residue_number = i - 1,
                                   .b_factor = 20.5});
  return structure;
}

Eigen::VectorXd vector(double shift) {
  Eigen::VectorXd v(9);
  for (Eigen::Index i = 0; i < 9; ++i) v(i) = std::sin(static_cast<double>(i) + shift);
  return v.normalized();
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Half a unit of the ninth significant digit of a number below 1.
constexpr double nine_digits = 0.5e-9;

TEST(Nmd, RoundTrip) {
  const Scratch scratch;
  const std::string path = scratch.path("my.nmd");
  NmdWriter writer(path, three_atoms());
  writer.add(7, 0.25, vector(0));
  writer.add(9, 4, vector(1));
  writer.close();
  const std::string text = content(path);
  EXPECT_EQ(text.substr(0, text.find("coordinates")),
            "nmwiz_load my.nmd\nname my\natomnames CA CA CA\nresnames GLY GLY GLY\nchainids A B B\n"
            "resids -1 0 1\nbfactors 20.5 20.5 20.5\n");
  EXPECT_NE(text.find("coordinates 1 2 3 4 -5 6 7.25 8 -9\nmode 7 2.000000000 "), std::string::npos) << text;
  const ModeSource source = open_nmd(path, three_atoms());
  const auto first = source(), second = source();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(source().has_value());
  EXPECT_EQ(first->number, 7);
  EXPECT_EQ(second->number, 9);
  EXPECT_EQ(first->eigenvalue, 0.25);
  EXPECT_EQ(second->eigenvalue, 4);
  EXPECT_LT((first->vector - vector(0)).cwiseAbs().maxCoeff(), nine_digits);
  EXPECT_LT((second->vector - vector(1)).cwiseAbs().maxCoeff(), nine_digits);
}

TEST(Nmd, TellsNumberAndScaleApart) {
  const Scratch scratch;
  const std::string v = " 0.5 0 0 -1 0 0 +2e-1 0 0\n";
  const auto source =
      open_nmd(scratch.write("a.nmd", "mode 3 2.0" + v + "title\n\nmode 5" + v + "mode 0.5" + v + "mode" + v),
               three_atoms());
  struct Expected {
    int number;
    std::optional<double> eigenvalue;
  };
  for (const auto& [number, eigenvalue] : {Expected{3, 0.25}, {5, {}}, {0, 4.0}, {0, {}}}) {
    const auto mode = source();
    ASSERT_TRUE(mode);
    EXPECT_EQ(mode->number, number);
    EXPECT_EQ(mode->eigenvalue, eigenvalue);
    EXPECT_EQ(mode->vector(3), -1);
    EXPECT_EQ(mode->vector(6), 0.2);
  }
}

TEST(Nmd, NamesFileAndLineOfWhatIsWrong) {
  const Scratch scratch;
  const std::string good = "coordinates 1 2 3 4 -5 6 7.25 8 -9\n";
  const auto refuses = [&](const std::string& text, std::initializer_list<std::string> parts) {
    const std::string path = scratch.write("bad.nmd", text);
    expect_error(
        [&] {
          for (auto source = open_nmd(path, three_atoms()); source();) {
          }
        },
        parts);
  };
  refuses("mode 7 1.0 1 2 3 4 5 6\n", {"bad.nmd:1", "2 atoms", "structure has 3"});
  refuses(good + "mode 7 1.0 1 2 3 4 5 6 7 8 9 10 11 12\n", {"bad.nmd:2", "4 atoms"});
  refuses("coordinates 1 2 3 4 5 6\nmode 1 2 3\n", {"bad.nmd:1", "coordinates", "2 atoms"});
  refuses("coordinates 2 1 3 -5 4 6 8 7.25 -9\nmode 1 2 3 4 5 6 7 8 9\n", {"bad.nmd:1", "Å RMSD"});
  refuses(good + "mode 1 1.0 1 2 3 4 x5 6 7 8 9\n", {"bad.nmd:2", "\"x5\""});
  refuses(good + "mode 1 1.0 1 2 3 4 nan 6 7 8 9\n", {"bad.nmd:2", "\"nan\""});
  refuses(good + "mode 0 0 0 0 0 0 0 0 0\n", {"bad.nmd:2", "zero"});
  refuses(good, {"bad.nmd", "no line begins with \"mode\""});
  expect_error([&] { open_nmd(scratch.path("none.nmd"), three_atoms()); }, {"none.nmd"});
  // Shifted coordinates are the same structure.
  EXPECT_TRUE(
      open_nmd(scratch.write("moved.nmd", "coordinates 11 2 3 14 -5 6 17.25 8 -9\nmode 1 2 3 4 5 6 7 8 9\n"),
               three_atoms())());
}

NormalModes two_modes() {
  NormalModes modes;
  modes.numbers = {7, 8};
  modes.eigenvalues.resize(2);
  modes.eigenvalues << 0.5, 0.75;
  modes.vectors.resize(9, 2);
  modes.vectors << vector(0).normalized(), vector(1).normalized();
  modes.collectivity.resize(2);
  modes.collectivity << collectivity(modes.vectors.col(0)), collectivity(modes.vectors.col(1));
  modes.score = mode_scores(modes.collectivity);
  modes.enabled = {1, 1};
  return modes;
}

TEST(XmippModes, RoundTrip) {
  const Scratch scratch;
  NormalModes modes = two_modes();
  modes.enabled[1] = 0;
  scratch.write("modes/folder", "");
  for (Eigen::Index k = 0; k < 2; ++k)
    write_mode_vector(scratch.path(mode_vector_name(static_cast<int>(k) + 7)), modes.vectors.col(k));
  write_xmipp_modes(scratch.path("modes.xmd"), modes);
  const auto source = open_xmipp_modes(scratch.path("modes.xmd"), 3);
  for (int k = 0; k < 2; ++k) {
    const auto mode = source();
    ASSERT_TRUE(mode);
    EXPECT_EQ(mode->number, 7 + k);
    EXPECT_EQ(mode->enabled, k == 0);
    EXPECT_EQ(mode->eigenvalue, modes.eigenvalues(k));
    EXPECT_LT((mode->vector - modes.vectors.col(k)).cwiseAbs().maxCoeff(), nine_digits);
  }
  EXPECT_FALSE(source().has_value());
}

// What Scipion's protocol leaves: paths from the project, rigid-body modes, no eigenvalues.
TEST(XmippModes, FindsTheVectorsOfAScipionProject) {
  const Scratch scratch;
  scratch.write("Runs/000123_FlexProtNMA/modes/vec.1",
                "  1.0000E+00  0.0000E+00  0.0000E+00\n1 0 0\n1 0 0\n");
  const std::string path = scratch.write(
      "Runs/000123_FlexProtNMA/modes.xmd",
      "# XMIPP_STAR_1 * \n# \ndata_noname\nloop_\n _enabled\n _nmaCollectivity\n _nmaModefile\n _nmaScore\n "
      "_order_\n"
      "         -1     1.000000 Runs/000123_FlexProtNMA/modes/vec.1     0.500000          1 \n");
  const auto mode = open_xmipp_modes(path, 3)();
  ASSERT_TRUE(mode);
  EXPECT_EQ(mode->number, 1);
  EXPECT_FALSE(mode->enabled);
  EXPECT_FALSE(mode->eigenvalue.has_value());
  EXPECT_EQ(mode->vector(3), 1);
  // The folder alone, moved elsewhere.
  std::filesystem::create_directory(scratch.path("moved"));
  std::filesystem::rename(scratch.path("Runs/000123_FlexProtNMA"), scratch.path("moved/here"));
  EXPECT_TRUE(open_xmipp_modes(scratch.path("moved/here/modes.xmd"), 3)());
}

TEST(XmippModes, NamesFileAndLineOfWhatIsWrong) {
  const Scratch scratch;
  const auto refuses = [&](const std::string& table, const std::string& vector_file,
                           std::initializer_list<std::string> parts) {
    scratch.write("modes/vec.7", vector_file);
    const std::string path = scratch.write("bad.xmd", "# XMIPP_STAR_1 *\n" + table);
    expect_error(
        [&] {
          for (auto source = open_xmipp_modes(path, 3); source();) {
          }
        },
        parts);
  };
  const std::string head = "data_noname\nloop_\n _nmaModefile\n _order_\n", good = "1 2 3\n4 5 6\n7 8 9\n";
  refuses("data_noname\nloop_\n _nmaModefil\n modes/vec.7\n", good, {"bad.xmd", "did you mean"});
  refuses(head, good, {"bad.xmd", "no table with rows"});
  refuses(head + "modes/vec.7\n", good, {"bad.xmd:6", "1 values for 2 labels"});
  refuses(head + "modes/vec.7 x\n", good, {"bad.xmd:6", "\"x\""});
  refuses(head + "modes/vec.8 8\n", good, {"bad.xmd:6", "modes/vec.8 is not there"});
  refuses(head + "modes/vec.7 7\n", "1 2 3\n4 5 6\n", {"vec.7", "2 atoms", "structure has 3"});
  refuses(head + "modes/vec.7 7\n", good + good, {"vec.7", "6 atoms"});
  refuses(head + "modes/vec.7 7\n", "1 2 3\n4 5\n7 8 9\n", {"vec.7:2", "2 numbers"});
  refuses(head + "modes/vec.7 7\n", "1 2 3\n4 5 6\n7 8 inf\n", {"vec.7:3", "\"inf\""});
  refuses(head + "modes/vec.7 7\n", "0 0 0\n0 0 0\n0 0 0\n", {"vec.7", "zero"});
  expect_error([&] { open_xmipp_modes(scratch.path("none.xmd"), 3); }, {"none.xmd"});
}

TEST(XmippModes, SaysWhereItCannotWrite) {
  const Scratch scratch;
  expect_error([&] { write_mode_vector(scratch.path("no/vec.7"), vector(0)); }, {"no/vec.7"});
  expect_error([&] { write_xmipp_modes(scratch.path("no/modes.xmd"), two_modes()); }, {"no/modes.xmd"});
  expect_error([&] { NmdWriter(scratch.path("no/my.nmd"), three_atoms()); }, {"no/my.nmd"});
}

}  // namespace
}  // namespace elastem
