#include "cli/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/scratch.hpp"

namespace elastem::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

enum class Solver { automatic, dense, sparse };
constexpr NamedValue<Solver> solver_names[] = {
    {Solver::automatic, "auto"}, {Solver::dense, "dense"}, {Solver::sparse, "sparse"}};
constexpr NameTable<Solver> name_table(Solver) {
  return solver_names;
}

struct TestOptions {
  std::string input, output;
  double cutoff = 8, share = 0.5;
  int modes = 20;
  std::int64_t epochs = 0;
  Solver solver = Solver::automatic;
  std::optional<Solver> second;
  std::optional<double> snr = 0.1, sigma;
  Interval defocus{5000, 5000};
  std::vector<std::string> chains;
  double stream = 0;
  bool mass_weighted = false;
  CommonOptions common;
};

void declare(OptionTable& table, TestOptions& o) {
  table.option("input,i", o.input, "FILE", "structure").required().file({".pdb"});
  table.option("output,o", o.output, "FILE", "modes file").unstored();
  table.option("cutoff", o.cutoff, "Å", "longest spring").above(0);
  table.option("share", o.share, "SHARE", "of the work").at_least(0).below(1);
  table.option("modes", o.modes, "N", "number of the last mode").at_least(7).at_most(100);
  table.option("epochs", o.epochs, "N", "passes").unset(0).at_least(1);
  table.topic("Numerics");
  table.option("solver", o.solver, "NAME", "how");
  table.option("second", o.second, "NAME", "how then");
  table.option("snr", o.snr, "RATIO|none", "signal").word("none", std::nullopt);
  table.option("sigma", o.sigma, "Å", "blur").above(0);
  table.option("defocus", o.defocus, "Å|LOW-HIGH", "underfocus");
  table.option("chain", o.chains, "NAME", "may be given more than once");
  table.option("stream", o.stream, "SHARE", "synthetic images").implied("0.9");
  table.flag("mass-weighted", o.mass_weighted, "weigh by atomic masses");
  table.common(o.common, {"seed", "resume", "overwrite"});
  table.check([&o](const OptionTable& given) {
    if (o.modes < 10) given.refuse({"mass-weighted"}, "needs mode 10");
    if (o.epochs == 0) o.epochs = 3;
  });
}

TestOptions read(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"-i", "a.pdb"});
  return read_options<TestOptions>("modes", arguments);
}

std::string refusal(const std::vector<std::string>& arguments) {
  return error_of([&] { read(arguments); });
}

std::vector<std::string> effective(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"-i", "a.pdb"});
  TestOptions o;
  OptionTable table("modes", "normal modes");
  declare(table, o);
  table.parse(arguments);
  return table.effective();
}

TEST(OptionTable, FillsTheBoundMembersAndLeavesTheOthersTheirDefaults) {
  const TestOptions o =
      read({"--cutoff", "10.5", "--mass-weighted", "--solver=sparse", "--second", "dense", "--snr", "none",
            "--defocus", "100-500", "--chain", "A", "--chain", "B", "--stream", "--seed", "42"});
  EXPECT_EQ(o.input, "a.pdb");
  EXPECT_EQ(o.cutoff, 10.5);
  EXPECT_TRUE(o.mass_weighted);
  EXPECT_EQ(o.solver, Solver::sparse);
  EXPECT_EQ(o.second, Solver::dense);
  EXPECT_FALSE(o.snr);
  EXPECT_EQ(o.defocus, (Interval{100, 500}));
  EXPECT_THAT(o.chains, ElementsAre("A", "B"));
  EXPECT_EQ(o.stream, 0.9);
  EXPECT_EQ(o.common.seed, 42U);
  EXPECT_EQ(o.modes, 20);
  EXPECT_FALSE(o.sigma);
}

TEST(OptionTable, NegativeNumbersAreValues) {
  EXPECT_EQ(read({"--defocus", "-2.5"}).defocus, (Interval{-2.5, -2.5}));
}

TEST(OptionTable, AnUnknownOptionGetsTheNearestOne) {
  EXPECT_THAT(refusal({"--cutof", "3"}), HasSubstr("unknown option --cutof (did you mean cutoff?)"));
  EXPECT_THAT(refusal({"--mode", "3"}), HasSubstr("unknown option --mode (did you mean modes?)"));
  EXPECT_THAT(refusal({"--cutof", "3"}), HasSubstr("elastem modes --help"));
}

TEST(OptionTable, RefusesWhatItCannotRead) {
  EXPECT_THAT(error_of([] { read_options<TestOptions>("modes", {}); }),
              HasSubstr("option --input is missing"));
  EXPECT_EQ(refusal({"--modes", "many"}), "option --modes: \"many\" is not a whole number");
  EXPECT_EQ(refusal({"--modes", "7.5"}), "option --modes: \"7.5\" is not a whole number");
  EXPECT_EQ(refusal({"--modes", "99999999999"}), "option --modes: \"99999999999\" is not a whole number");
  EXPECT_EQ(refusal({"--cutoff", "nan"}), "option --cutoff: \"nan\" is not a finite number");
  EXPECT_EQ(refusal({"--cutoff", "inf"}), "option --cutoff: \"inf\" is not a finite number");
  EXPECT_EQ(refusal({"--seed", "-1"}), "option --seed: \"-1\" is not a whole number of 0 or more");
  EXPECT_EQ(refusal({"--snr", "low"}), "option --snr: \"low\" is neither a finite number nor none");
  EXPECT_EQ(refusal({"--solver", "spars"}),
            "option --solver: \"spars\" (did you mean sparse?); give auto, dense or sparse");
  EXPECT_THAT(refusal({"--second", "x"}), HasSubstr("give auto, dense or sparse"));
  EXPECT_THAT(refusal({"--modes", "8", "--modes", "9"}), HasSubstr("--modes is given more than once"));
  EXPECT_THAT(refusal({"--cutoff"}), HasSubstr("cutoff"));
  EXPECT_THAT(refusal({"stray"}), HasSubstr("without the name of its option"));
  EXPECT_THAT(refusal({"--quiet", "--verbose"}), HasSubstr("contradict"));
  EXPECT_THAT(refusal({"--resume", "--overwrite"}), HasSubstr("contradict"));
  EXPECT_THAT(refusal({"--dry-run"}), HasSubstr("unknown option --dry-run"));  // not wanted
}

TEST(OptionTable, BoundsAreRefusedInOneWording) {
  EXPECT_EQ(refusal({"--modes", "6"}), "option --modes: 6; give a value between 7 and 100");
  EXPECT_EQ(refusal({"--modes", "101"}), "option --modes: 101; give a value between 7 and 100");
  EXPECT_EQ(refusal({"--epochs", "0"}), "option --epochs: 0; give 1 or more");
  EXPECT_EQ(refusal({"--cutoff", "0"}), "option --cutoff: 0; give a value above 0");
  EXPECT_EQ(refusal({"--share", "1"}), "option --share: 1; give a value of at least 0 and below 1");
  EXPECT_EQ(refusal({"--sigma", "-1"}), "option --sigma: -1; give a value above 0");
  EXPECT_EQ(read({"--modes", "7"}).modes, 7);
  EXPECT_EQ(read({"--modes", "100"}).modes, 100);
  EXPECT_EQ(read({"--share", "0"}).share, 0);
}

TEST(OptionTable, ChecksSeeWhatWasGivenAndMaySetWhatFollows) {
  EXPECT_EQ(refusal({"--modes", "9", "--mass-weighted"}), "option --mass-weighted: needs mode 10");
  EXPECT_EQ(read({}).epochs, 3);
  EXPECT_EQ(read({"--epochs", "5"}).epochs, 5);
}

TEST(OptionTable, EffectiveIsWhatTheMembersHoldNow) {
  EXPECT_THAT(effective({"-o", "b.h5", "--quiet", "--modes", "30", "--cutoff", "1e1"}),
              ElementsAre("cutoff=10", "defocus=5000", "epochs=3", "input=a.pdb", "mass-weighted=false",
                          "modes=30", "seed=1", "share=0.5", "snr=0.1", "solver=auto", "stream=0"));
  EXPECT_THAT(effective({"--chain", "A", "--chain", "B", "--second", "sparse", "--snr", "none"}),
              testing::IsSupersetOf({"chain=A B", "second=sparse", "snr=none"}));
}

TEST(OptionTable, HelpShowsNamesDefaultsAndTopics) {
  TestOptions o;
  OptionTable table("modes", "normal modes");
  declare(table, o);
  EXPECT_FALSE(table.parse({"--help"}));  // although --input is missing
  const std::string help = table.help();
  EXPECT_THAT(help, HasSubstr("-i, --input FILE"));
  EXPECT_THAT(help, HasSubstr("structure [required]"));
  EXPECT_THAT(help, HasSubstr("longest spring [8]"));
  EXPECT_THAT(help, HasSubstr("how [auto]"));
  EXPECT_THAT(help, HasSubstr("--stream[=SHARE]"));
  EXPECT_THAT(help, Not(HasSubstr("passes [")));
  EXPECT_THAT(help, HasSubstr("seed of all random numbers [1]"));
  EXPECT_LT(help.find("\nNumerics:\n"), help.find("--solver"));
  EXPECT_LT(help.find("\nCommon options:\n"), help.find("--seed"));
  EXPECT_THAT(help, Not(HasSubstr("--dry-run")));
}

TEST(OptionTable, ConfigYieldsToTheCommandLine) {
  const Scratch folder;
  const auto path = folder.write(
      "run.ini",
      "cutoff = 12   # comment\n\n# all of it\nmodes=30\nmass-weighted = true\nchain = A\nchain = B\n");
  const TestOptions o = read({"--config", path, "--modes", "40"});
  EXPECT_EQ(o.cutoff, 12);
  EXPECT_EQ(o.modes, 40);
  EXPECT_TRUE(o.mass_weighted);
  EXPECT_THAT(o.chains, ElementsAre("A", "B"));
}

TEST(OptionTable, ConfigErrorsNameFileAndLine) {
  const Scratch folder;
  const auto expect = [&](const std::string& text, const std::string& message) {
    const auto path = folder.write("run.ini", text);
    EXPECT_EQ(refusal({"--config", path}), path + message);
  };
  expect("cutoff = 12\ncutof = 13\n", ":2: elastem modes has no option \"cutof\" (did you mean cutoff?)");
  expect("\n\ncutoff = far\n", ":3: option --cutoff: \"far\" is not a finite number");
  expect("modes = 3\n", ":1: option --modes: 3; give a value between 7 and 100");
  expect("modes = 8\nmodes = 9\n", ":2: option \"modes\" stands in line 1 already");
  expect("# modes\nmodes 8\n", ":2: \"modes 8\" is not NAME = VALUE (did you mean modes = 8?)");
  EXPECT_THAT(refusal({"--config", "/nowhere.ini"}), HasSubstr("/nowhere.ini"));
}

TEST(OptionTable, KnowsWhatIsReadAndWhatIsWritten) {
  std::string input, output, folder;
  std::vector<std::string> others;
  CommonOptions common;
  OptionTable table("test", "");
  table.option("input,i", input, "FILE", "").file();
  table.option("other", others, "FILE", "").file();
  table.option("output,o", output, "FILE", "").file().written({.in_place = true});
  table.option("report", folder, "DIR", "").folder().written({.makes_folders = true});
  table.also_writes("output", [&] { return std::vector{output + ".log"}; });
  table.common(common, {});
  table.parse({"-i", "a", "--other", "b c", "--other", "d", "-o", "e", "--report", "f"});
  std::vector<std::string> read, written;
  for (const NamedPath& path : table.inputs()) read.push_back(path.option + ":" + path.path);
  for (const NamedPath& path : table.outputs())
    written.push_back(path.option + ":" + path.path + (path.folder ? "/" : "") + (path.beside ? "+" : ""));
  EXPECT_THAT(read, ElementsAre("input:a", "other:b c", "other:d"));
  EXPECT_THAT(written, ElementsAre("output:e", "report:f/", "output:e.log+"));
  EXPECT_THAT(error_of([&] { table.parse({"-o", ""}); }), HasSubstr("option --output: \"\" names no file"));
}

TEST(OptionTable, ImpossibleNumbersAreRefusedButZeroIsNone) {
  double size = 1;
  CommonOptions common;
  OptionTable table("test", "");
  table.option("size", size, "Å", "").at_least(0).within(0.01, 1000);
  table.common(common, {});
  for (const char* given : {"0", "0.01", "1000"}) EXPECT_NO_THROW(table.parse({"--size", given})) << given;
  for (const char* given : {"1e30", "1e-30", "1001"})
    EXPECT_THAT(error_of([&] { table.parse({"--size", given}); }), HasSubstr("give 0.01 to 1000")) << given;
  EXPECT_THAT(error_of([&] { table.parse({"--size", "-1"}); }), HasSubstr("give 0 or more"));
}

TEST(OptionTable, AnIntervalLiesWithinItsBounds) {
  Interval value{1, 2};
  CommonOptions common;
  OptionTable table("test", "");
  table.option("defocus", value, "Å", "").at_least(0).at_most(100);
  table.common(common, {});
  table.parse({"--defocus", "5-100"});
  EXPECT_EQ(value, (Interval{5, 100}));
  EXPECT_THAT(error_of([&] { table.parse({"--defocus", "5-101"}); }), HasSubstr("between 0 and 100"));
}

TEST(OptionTable, WhatAConfigurationFileMeantIsGuessed) {
  const Scratch scratch;
  TestOptions o;
  OptionTable table("test", "");
  declare(table, o);
  const auto says = [&](const std::string& text) {
    return error_of([&] { table.parse({"-i", "a", "--config", scratch.write("c.ini", text)}); });
  };
  EXPECT_THAT(says("modes 9\n"),
              HasSubstr("c.ini:1: \"modes 9\" is not NAME = VALUE (did you mean modes = 9?)"));
  EXPECT_THAT(says("\ni = b\n"),
              HasSubstr("c.ini:2: elastem test has no option \"i\" (did you mean input?)"));
  EXPECT_THAT(says("[test]\n"), HasSubstr("sections are not needed"));
  EXPECT_THAT(says("modes = 7\nmass-weighted = true\n"), HasSubstr("c.ini:2: option --mass-weighted: needs"));
  EXPECT_THAT(error_of([&] { table.parse({"--config", scratch.path("")}); }), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace elastem::cli
