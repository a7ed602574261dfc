#include "options/mode_report_options.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/number_list.hpp"

namespace elastem::cli {

namespace po = boost::program_options;

void add_mode_report_options(CommandLine& line, ModeReportOptions& options) {
  line.add()("report", po::value(&options.folder)->value_name("DIR"),
             "folder for index.html, plots, tables and animations of the modes")(
      "target", po::value(&options.target)->value_name("FILE"),
      "another conformation of the molecule: how well each mode describes the change to it")(
      "animate", po::value(&options.animate)->value_name("LIST"),
      "modes that --report animates, e.g. 7-9 (by default the first three enabled ones)")(
      "animation-rmsd",
      po::value(&options.animation_rmsd)->default_value(options.animation_rmsd)->value_name("Å"),
      "RMSD from the structure at the ends of an animation");
}

void check_mode_report(const CommandLine& line, const ModeReportOptions& options, int last_mode) {
  for (const char* name : {"animate", "animation-rmsd"})
    if (line.given(name) && options.folder.empty())
      throw Error("option --" + std::string(name) + ": goes with --report only");
  if (!(options.animation_rmsd > 0) || !std::isfinite(options.animation_rmsd))
    throw Error("option --animation-rmsd: must be above 0 Å");
  if (!options.target.empty() && line.given("from-map"))
    throw Error(
        "option --target: pseudoatoms of a map have no residues to compare; give a structure with --input");
  const bool imported = line.given("import");
  if (imported)
    for (const char* name : {"modes", "solver", "block-residues", "from-map"})
      if (line.given(name))
        throw Error("option --" + std::string(name) +
                    ": means nothing for modes that --import takes from a file");
  if (options.animate.empty()) return;
  const std::vector<int> modes = parse_number_list(options.animate, "option --animate");
  if (modes.front() < 7)
    throw Error("option --animate: " + options.animate + "; modes 1-6 are the rigid-body ones");
  if (!imported && modes.back() > last_mode)
    throw Error("option --animate: " + options.animate + "; the last mode that is computed is " +
                std::to_string(last_mode) + "; ask for more with --modes");
}

}  // namespace elastem::cli
