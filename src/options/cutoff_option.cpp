#include "options/cutoff_option.hpp"

#include "cli/value_text.hpp"

namespace elastem::cli {

namespace {

constexpr double longest_cutoff = 1e5;  // Å: beyond any structure

void read_cutoff(const std::string& text, CutoffOption& relative, double& distance) {
  const bool percentile = text.ends_with('%');
  double value = 0;
  if (!read_number(text.substr(0, text.size() - (percentile ? 1 : 0)), value) || value <= 0 ||
      value > (percentile ? 100 : longest_cutoff))
    refuse_option(
        "cutoff",
        "\"" + text + "\"; give a distance above 0 in Å, e.g. 8, or a percentile up to 100, e.g. 95%");
  (percentile ? relative.percent : distance) = value;
}

}  // namespace

void add_cutoff_options(OptionTable& table, CutoffOption& relative, double& distance) {
  table.custom(
      "cutoff", "Å|%",
      "atoms nearer than this are joined by a spring (by default 8, for ca 15); with a percent sign, that "
      "percentile of the distances of each node to its nearest neighbours, e.g. 95%",
      [&](const std::string& text) { read_cutoff(text, relative, distance); },
      [&]() -> std::string {
        if (relative.percent > 0) return value_text(relative.percent) + "%";
        return distance > 0 ? value_text(distance) : "";
      });
  table
      .option("neighbours", relative.neighbours, "N",
              "how many nearest neighbours a relative cut-off looks at (by default 60, for ca 34)")
      .unset(0)
      .at_least(1);
  table.check([&](const OptionTable& given) {
    if (relative.percent == 0)
      given.refuse({"neighbours"}, "goes with a relative --cutoff only, e.g. --cutoff 95%");
  });
}

}  // namespace elastem::cli
