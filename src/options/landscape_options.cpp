#include "options/landscape_options.hpp"

#include "core/error.hpp"

namespace elastem::cli {

namespace po = boost::program_options;

std::optional<LandscapeOptions> parse_landscape_options(const std::vector<std::string>& arguments,
                                                        std::string& help) {
  LandscapeOptions o;
  CommandLine line("landscape",
                   "Principal components, density and trajectory of the conformations, as a report", o.common,
                   Resumable::no);
  line.add()("input,i", po::value(&o.input)->required()->value_name("FILE"), "result of align or predict")(
      "modes-file,m", po::value(&o.modes_file)->required()->value_name("FILE"),
      "structure and modes, as `elastem modes` writes them")(
      "output,o", po::value(&o.output)->required()->value_name("DIR"),
      "folder for index.html, plots, tables and trajectory.pdb")(
      "frames", po::value(&o.frames)->default_value(o.frames)->value_name("N"),
      "models along the first component, each the mean of an equal share of the particles");
  add_with_outliers(line, o.with_outliers);
  add_matching(line, o.matching);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  if (o.frames < 1 || o.frames > 1000)
    throw Error("option --frames: " + std::to_string(o.frames) + " models; give 1 to 1000");
  return o;
}

}  // namespace elastem::cli
