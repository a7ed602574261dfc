#include "options/selection_options.hpp"

namespace elastem::cli {

void add_selection(OptionTable& table, SelectionOptions& selection,
                   const std::function<bool()>& landscape_wanted) {
  table
      .option("selection", selection.text, "EXPRESSION|FILE",
              "only these particles: a condition such as \"q7 > 50 and outlier == 0\" or \"score > q(0.1)\", "
              "or a "
              "file of keys of images (.star, .xmd, .csv, .txt)")
      .unset("");
  table
      .option("landscape", selection.landscape, "DIR",
              "folder of elastem landscape whose state, p, pc1, … the expression means")
      .unset("")
      .folder();
  table.check([&selection, landscape_wanted](const OptionTable& given) {
    if (given.given("selection") && selection.text.find_first_not_of(" \t\n") == std::string::npos)
      refuse_option("selection", "is empty; give a condition such as \"q7 > 50\", or leave it out");
    if (selection.text.empty() && !(landscape_wanted && landscape_wanted()))
      given.refuse({"landscape"}, "is for --selection; give one, as \"state == 1\"");
  });
}

}  // namespace elastem::cli
