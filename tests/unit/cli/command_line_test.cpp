#include "cli/command_line.hpp"

#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem::cli {
namespace {

using boost::program_options::bool_switch;
using boost::program_options::value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Options {
  CommonOptions common;
  std::string input, output;
  double cutoff = 8;
  int modes = 20;
  unsigned blocks = 1;
  bool mass_weighted = false;
};

CommandLine describe(Options& o, Resumable resumable = Resumable::no) {
  CommandLine line("modes", "normal modes", o.common, resumable);
  line.add()("input,i", value(&o.input)->required()->value_name("FILE"), "structure")(
      "output,o", value(&o.output)->value_name("FILE"), "modes file")(
      "cutoff", value(&o.cutoff)->default_value(o.cutoff)->value_name("Å"), "longest spring")(
      "modes", value(&o.modes)->default_value(o.modes)->value_name("N"), "number of the last mode")(
      "blocks", value(&o.blocks)->default_value(o.blocks)->value_name("N"), "residues a block")(
      "mass-weighted", bool_switch(&o.mass_weighted), "weigh by atomic masses");
  return line;
}

std::string error_of(const std::vector<std::string>& arguments, Resumable resumable = Resumable::no) {
  Options o;
  try {
    describe(o, resumable).parse(arguments);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// A file that goes when the test ends.
struct ConfigFile {
  explicit ConfigFile(const std::string& text)
      : path("/tmp/elastem_config_" + std::to_string(getpid()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".ini") {
    std::ofstream(path) << text;
  }
  ~ConfigFile() { unlink(path.c_str()); }
  std::string path;
};

TEST(CommandLine, FillsTheStruct) {
  Options o;
  auto line = describe(o);
  EXPECT_TRUE(line.parse({"-i", "a.pdb", "--cutoff", "10.5", "--mass-weighted", "--seed", "42"}));
  EXPECT_EQ(o.input, "a.pdb");
  EXPECT_EQ(o.cutoff, 10.5);
  EXPECT_EQ(o.modes, 20);
  EXPECT_TRUE(o.mass_weighted);
  EXPECT_EQ(o.common.seed, 42U);
  EXPECT_TRUE(line.given("cutoff"));
  EXPECT_FALSE(line.given("modes"));
  EXPECT_FALSE(line.given("output"));
}

TEST(CommandLine, UnknownOptionGetsASuggestion) {
  EXPECT_THAT(error_of({"-i", "a.pdb", "--cutof", "3"}),
              HasSubstr("unknown option --cutof (did you mean cutoff?)"));
  EXPECT_THAT(error_of({"-i", "a.pdb", "--cutof", "3"}), HasSubstr("elastem modes --help"));
}

TEST(CommandLine, RefusesWhatItCannotUse) {
  EXPECT_THAT(error_of({}), HasSubstr("option --input is missing"));
  EXPECT_THAT(error_of({"-i", "a", "--modes", "many"}), HasSubstr("'many'"));
  EXPECT_THAT(error_of({"-i", "a", "--modes", "3", "--modes", "4"}), HasSubstr("more than once"));
  EXPECT_THAT(error_of({"-i", "a", "--cutoff"}), HasSubstr("cutoff"));
  EXPECT_THAT(error_of({"-i", "a", "--cutoff", "nan"}), HasSubstr("not a finite number"));
  EXPECT_THAT(error_of({"-i", "a", "--cutoff", "inf"}), HasSubstr("not a finite number"));
  EXPECT_THAT(error_of({"-i", "a", "--blocks", "-1"}), HasSubstr("-1 is negative"));
  EXPECT_THAT(error_of({"-i", "a", "stray"}), HasSubstr("without the name of its option"));
  EXPECT_THAT(error_of({"-i", "a", "--quiet", "--verbose"}), HasSubstr("contradict"));
  EXPECT_THAT(error_of({"-i", "a", "--resume", "--overwrite"}, Resumable::yes), HasSubstr("contradict"));
}

TEST(CommandLine, ResumeIsForResumableCommands) {
  EXPECT_THAT(error_of({"-i", "a", "--resume"}), HasSubstr("unknown option --resume"));
  EXPECT_EQ(error_of({"-i", "a", "--resume"}, Resumable::yes), "no error");
}

TEST(CommandLine, NegativeNumbersAreValues) {
  Options o;
  EXPECT_TRUE(describe(o).parse({"-i", "a", "--cutoff", "-2.5"}));
  EXPECT_EQ(o.cutoff, -2.5);
}

TEST(CommandLine, HelpShowsDefaultsAndRequired) {
  Options o;
  auto line = describe(o, Resumable::yes);
  EXPECT_FALSE(line.parse({"--help"}));  // although --input is missing
  const std::string help = line.help();
  EXPECT_THAT(help, HasSubstr("-i, --input FILE"));
  EXPECT_THAT(help, HasSubstr("structure [required]"));
  EXPECT_THAT(help, HasSubstr("longest spring [8]"));
  EXPECT_THAT(help, HasSubstr("--resume"));
  EXPECT_THAT(help, HasSubstr("seed of all random numbers [1]"));
}

TEST(CommandLine, CommonOptionsCanBeLeftOut) {
  Options o;
  auto line = describe(o);
  line.without({"seed"});
  EXPECT_THAT(line.help(), Not(HasSubstr("--seed")));
  EXPECT_THROW(line.parse({"-i", "a", "--seed", "3"}), Error);
}

TEST(CommandLine, EffectiveHoldsWhatShapesTheResult) {
  Options o;
  auto line = describe(o, Resumable::yes);
  line.parse({"-i", "a.pdb", "-o", "b.h5", "--cutoff", "0.1", "--overwrite", "--quiet", "--dry-run"});
  EXPECT_THAT(line.effective(), ElementsAre("blocks=1", "cutoff=0.1", "input=a.pdb", "mass-weighted=false",
                                            "modes=20", "seed=1"));
}

TEST(CommandLine, ConfigFileYieldsToTheCommandLine) {
  const ConfigFile config("cutoff = 12   # comment\nmodes = 30\nmass-weighted = true\n");
  Options o;
  EXPECT_TRUE(describe(o).parse({"-i", "a", "--config", config.path, "--modes", "40"}));
  EXPECT_EQ(o.cutoff, 12);
  EXPECT_EQ(o.modes, 40);
  EXPECT_TRUE(o.mass_weighted);
}

TEST(CommandLine, ConfigErrorsNameFileAndLine) {
  const ConfigFile config("cutoff = 12\ncutof = 13\n");
  EXPECT_THAT(error_of({"-i", "a", "--config", config.path}),
              HasSubstr(config.path + ":2: elastem modes has no option \"cutof\" (did you mean cutoff?)"));
  EXPECT_THAT(error_of({"-i", "a", "--config", "/nowhere.ini"}), HasSubstr("/nowhere.ini"));
}

TEST(CommandLine, PositionalArguments) {
  Options o;
  auto line = describe(o);
  line.positional("input", 1);
  EXPECT_TRUE(line.parse({"a.pdb"}));
  EXPECT_EQ(o.input, "a.pdb");
}

}  // namespace
}  // namespace elastem::cli
