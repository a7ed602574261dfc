#include "cli/export_options.hpp"

namespace elastem::cli {

std::optional<ExportOptions> parse_export_options(const std::vector<std::string>& arguments,
                                                  std::string& help) {
  namespace po = boost::program_options;
  ExportOptions o;
  CommandLine line("export", "Results or normal modes as files of other programs", o.common, Resumable::no);
  line.without({"seed"});
  line.add()("input,i", po::value(&o.result)->required()->value_name("FILE.h5"),
             "result of align, predict or synthesize, or normal modes")(
      "output,o", po::value(&o.output)->required()->value_name("FILE"),
      "what to write. Of results: .star for RELION 3.1, .xmd for Xmipp; of modes: .xmd for Xmipp, .nmd for "
      "NMWiz and ProDy")("particles", po::value(&o.particles)->value_name("FILE"),
                         "the particle file of the result (by default the one it was made from)")(
      "datadir", po::value(&o.datadir)->value_name("FOLDER"), "folder under which the image stacks lie");
  if (line.parse(arguments)) return o;
  help = line.help();
  return std::nullopt;
}

}  // namespace elastem::cli
