#include "report/mode_page.hpp"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "modes/mode_quality.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

Eigen::VectorXd two(double a, double b) {
  Eigen::VectorXd values(2);
  values << a, b;
  return values;
}

ModePage example() {
  ModePage page;
  page.structure_path = "a<b>.pdb";
  page.modes_path = "modes.h5";
  for (int i = 0; i < 6; ++i)  // two residues of chain A, one of chain B, two atoms each
    page.structure.atoms.push_back(Atom{.name = i % 2 == 0 ? "N" : "CA",
                                        .residue_name = "GLY",
                                        .chain = i < 4 ? "A" : "B",
                                        .residue_number = 1 + i / 2,
                                        .b_factor = 10.0 + i});
  page.structure.positions = Eigen::Matrix3Xd::Random(3, 6);
  page.modes.numbers = {7, 8};
  page.modes.eigenvalues = two(0.25, 1);
  page.modes.collectivity = two(0.5, 0.125);
  page.modes.score = two(0.5, 1);
  page.modes.enabled = {1, 0};
  page.fluctuations = Eigen::VectorXd::LinSpaced(6, 1, 6);
  page.b_factor_correlation = 1.0;
  page.animation_rmsd = 3;
  page.animated = {{7, 3 * std::sqrt(6), "mode07.pdb", Eigen::VectorXd::LinSpaced(6, 0, 5)}};
  return page;
}

TargetOverlaps example_target() {
  TargetOverlaps target;
  target.path = "closed.pdb";
  target.matched = 3;
  target.match_remark = ", by aligned sequences";
  target.rmsd = 6.75;
  target.overlaps = two(0.6, 0.8);
  target.cumulative = cumulative_overlap(target.overlaps);
  return target;
}

TEST(ModePage, ShowsTheFiguresAndNeedsNoNetwork) {
  ModePage page = example();
  const std::string plain = modes_html(page);
  for (const char* part :
       {"2 elastic modes of 6 nodes", "a&lt;b&gt;.pdb", "by 1.000", "0.2500000", "mode07.pdb", "7.3"})
    EXPECT_NE(plain.find(part), std::string::npos) << part;
  EXPECT_EQ(plain.find("overlap"), std::string::npos);
  EXPECT_EQ(plain.find("http"), std::string::npos);
  page.target = example_target();
  page.b_factor_correlation.reset();
  const std::string html = modes_html(page);
  for (const char* part : {"closed.pdb", "3 atoms in common", "50.0 %, by aligned sequences", "6.75",
                           "100.0 % of the squared", "0.600", "are the same everywhere"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
}

TEST(ModePage, WritesTables) {
  ModePage page = example();
  EXPECT_EQ(modes_csv(page), "mode,eigenvalue,collectivity,score,enabled\n7,0.25,0.5,0.5,1\n8,1,0.125,1,0\n");
  page.target = example_target();
  page.target->cumulative = two(0.5, 1);
  page.target->overlaps = two(0.5, 0.75);
  EXPECT_EQ(
      modes_csv(page),
      "mode,eigenvalue,collectivity,score,enabled,overlap,cumulative_overlap,cumulative_squared_overlap\n"
      "7,0.25,0.5,0.5,1,0.5,0.5,0.25\n8,1,0.125,1,0,0.75,1,1\n");
  const std::string nodes = nodes_csv(page);
  EXPECT_EQ(nodes.substr(0, nodes.find("A,1,,GLY,CA")),
            "chain,residue_number,insertion_code,residue_name,atom_name,b_factor,fluctuation,shift_mode_7\n"
            "A,1,,GLY,N,10,1,0\n");
  EXPECT_TRUE(nodes.ends_with("B,3,,GLY,CA,15,6,5\n")) << nodes;
}

class ModePlots : public testing::Test {
 protected:
  const Scratch scratch_;
};

TEST_F(ModePlots, AreThoseOfWhatThereIs) {
  ModePage page = example();
  EXPECT_EQ(write_mode_plots(scratch_.path(""), page).size(), 4u);
  EXPECT_FALSE(std::filesystem::exists(scratch_.path("overlaps.png")));
  page.target = example_target();
  page.plots = write_mode_plots(scratch_.path(""), page);
  ASSERT_EQ(page.plots.size(), 5u);
  for (const ReportPlot& plot : page.plots)
    EXPECT_GT(std::filesystem::file_size(plot.path), 1000u) << plot.path;
  EXPECT_NE(modes_html(page).find("data:image/png;base64,"), std::string::npos);
  page.animated.clear();
  page.b_factor_correlation.reset();
  EXPECT_EQ(write_mode_plots(scratch_.path(""), page).size(), 4u);
}

TEST_F(ModePlots, SayWhereTheyCannotBeWritten) {
  EXPECT_THROW(write_mode_plots(scratch_.path("no_such_folder"), example()), Error);
}

}  // namespace
}  // namespace elastem
