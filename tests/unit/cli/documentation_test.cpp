#include "cli/documentation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/common_options.hpp"

namespace elastem::cli {
namespace {

using testing::HasSubstr;

enum class Solver { dense, sparse };
constexpr NamedValue<Solver> solver_names[] = {{Solver::dense, "dense"}, {Solver::sparse, "sparse"}};
constexpr NameTable<Solver> name_table(Solver) {
  return solver_names;
}

struct Some {
  std::string input, folder;
  Solver solver = Solver::dense;
  int number = 3;
  CommonOptions common;
};

void declare(OptionTable& table, Some& o) {
  table.option("input,i", o.input, "FILE", ".star files begin with data_").required().file({".star", ".xmd"});
  table.option("report", o.folder, "DIR", "where").folder();
  table.topic("Numerics");
  table.option("solver", o.solver, "NAME", "how: dense or sparse");
  table.option("number", o.number, "N", "of them, back\\slash");
  table.common(o.common, {"seed"});
}

class Documentation : public testing::Test {
 protected:
  Documentation() {
    tables_.emplace_back("solve", "solves a problem");
    declare(tables_.front(), some_);
  }
  Some some_;
  std::vector<OptionTable> tables_;
};

TEST_F(Documentation, ManPagesHoldEachOptionWithItsDefault) {
  const std::string page = man_page(tables_.front(), "elastem 9");
  EXPECT_THAT(page, HasSubstr(".TH ELASTEM\\-SOLVE 1 \"\" \"elastem 9\""));
  EXPECT_THAT(page, HasSubstr("elastem\\-solve \\- solves a problem\n"));
  EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-i\\fR, \\fB\\-\\-input\\fR \\fIFILE\\fR\n\\&.star files"));
  EXPECT_THAT(page, HasSubstr(".SS Numerics\n"));
  EXPECT_THAT(page, HasSubstr("how: dense or sparse [dense]"));
  EXPECT_THAT(page, HasSubstr("back\\eslash [3]"));
  const std::string program = man_page(tables_, "elastem 9");
  EXPECT_THAT(program, HasSubstr(".TP\n\\fBsolve\\fR\nsolves a problem\n"));
  EXPECT_THAT(program, HasSubstr(".BR elastem\\-solve (1)"));
}

TEST_F(Documentation, CompletionKnowsCommandsOptionsWordsAndFiles) {
  const std::string script = bash_completion(tables_);
  EXPECT_THAT(script, HasSubstr("_elastem_words \"$current\" \"solve\""));
  EXPECT_THAT(script, HasSubstr("solve:--input | solve:-i)\n      _elastem_files \"$current\" .star .xmd"));
  EXPECT_THAT(script, HasSubstr("solve:--solver)\n      _elastem_words \"$current\" \"dense sparse\""));
  EXPECT_THAT(script, HasSubstr("--input --report --solver --number --seed --config"));
}

}  // namespace
}  // namespace elastem::cli
