#include "options/mode_report_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/number_list.hpp"

namespace elastem::cli {

namespace {

void check_animated(const OptionTable& table, const std::string& list, int last_mode) {
  if (list.empty()) return;
  const std::vector<int> modes = parse_number_list(list, "option --animate");
  if (modes.front() < 7) refuse_option("animate", list + "; modes 1-6 are the rigid-body ones");
  if (!table.given("import") && modes.back() > last_mode)
    refuse_option(
        "animate",
        fmt::format("{}; the last mode that is computed is {}; ask for more with --modes", list, last_mode));
}

}  // namespace

void add_mode_report_options(OptionTable& table, ModeReportOptions& o, const int& last_mode) {
  table.option("report", o.folder, "DIR", "folder for index.html, plots, tables and animations of the modes")
      .unstored()
      .folder();
  table
      .option("target", o.target, "FILE",
              "another conformation of the molecule: how well each mode describes the change to it")
      .unstored()
      .file({".pdb", ".cif", ".ent", ".gz"});
  table
      .option("animate", o.animate, "LIST",
              "modes that --report animates, e.g. 7-9 (by default the first three enabled ones)")
      .unstored();
  table.option("animation-rmsd", o.animation_rmsd, "Å", "RMSD from the structure at the ends of an animation")
      .above(0)
      .unstored();
  table.check([&](const OptionTable& given) {
    if (o.folder.empty()) given.refuse({"animate", "animation-rmsd"}, "goes with --report only");
    if (given.given("from-map"))
      given.refuse({"target"},
                   "pseudoatoms of a map have no residues to compare; give a structure with --input");
    if (given.given("import"))
      given.refuse({"modes", "solver", "block-residues", "from-map"},
                   "means nothing for modes that --import takes from a file");
    check_animated(given, o.animate, last_mode);
  });
}

}  // namespace elastem::cli
