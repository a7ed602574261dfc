#include "options/cutoff_option.hpp"

#include "cli/value_text.hpp"
#include "core/error.hpp"

namespace elastem::cli {

namespace po = boost::program_options;

void add_cutoff_options(CommandLine& line, CutoffOption& option) {
  line.add()(
      "cutoff", po::value(&option.text)->value_name("Å|%"),
      "atoms nearer than this are joined by a spring (by default 8, for ca 15); with a percent sign, that "
      "percentile of the distances of each node to its nearest neighbours, e.g. 95%")(
      "neighbours", po::value(&option.neighbours)->value_name("N"),
      "how many nearest neighbours a relative cut-off looks at (by default 60, for ca 34)");
}

void parse_cutoff(const CommandLine& line, CutoffOption& option) {
  const bool relative = option.text.ends_with('%');
  if (line.given("neighbours") && !relative)
    throw Error("option --neighbours: goes with a relative --cutoff only, e.g. --cutoff 95%");
  if (line.given("neighbours") && option.neighbours < 1)
    throw Error("option --neighbours: " + std::to_string(option.neighbours) + "; give 1 or more");
  if (!line.given("cutoff")) return;
  double value = 0;
  const std::string digits = option.text.substr(0, option.text.size() - (relative ? 1 : 0));
  if (!read_number(digits, value) || value <= 0 || (relative && value > 100))
    throw Error("option --cutoff: \"" + option.text +
                "\"; give a distance above 0 in Å, e.g. 8, or a percentile up to 100, e.g. 95%");
  (relative ? option.percent : option.cutoff) = value;
}

}  // namespace elastem::cli
