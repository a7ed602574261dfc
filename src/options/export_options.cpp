#include "options/export_options.hpp"

#include "options/particle_source_options.hpp"

namespace elastem::cli {

std::optional<ExportOptions> parse_export_options(const std::vector<std::string>& arguments,
                                                  std::string& help) {
  namespace po = boost::program_options;
  ExportOptions o;
  CommandLine line("export", "Results, particles or normal modes as files of other programs", o.common,
                   Resumable::no);
  line.without({"seed"});
  line.add()("input,i", po::value(&o.input)->required()->value_name("FILE"),
             "result of align, predict or synthesize (.h5), particles (.star, .xmd), or normal modes (.h5)")(
      "output,o", po::value(&o.output)->required()->value_name("FILE"),
      "what to write. Of results and particles: .star for RELION 3.1, .xmd for Xmipp; of modes: .xmd for "
      "Xmipp, .nmd for NMWiz and ProDy")(
      "particles", po::value(&o.particles)->value_name("FILE"),
      "the particle file of the result (by default the one it was made from)");
  add_particle_source(line, o.datadir, o.negative_defocus);
  add_matching(line, o.matching);
  if (line.parse(arguments)) return o;
  help = line.help();
  return std::nullopt;
}

}  // namespace elastem::cli
