#include "options/inspect_options.hpp"

#include "options/particle_source_options.hpp"

namespace elastem::cli {

std::optional<InspectOptions> parse_inspect_options(const std::vector<std::string>& arguments,
                                                    std::string& help) {
  InspectOptions o;
  CommandLine line("inspect", "What a file holds: elastem inspect FILE", o.common, Resumable::no);
  line.without({"seed", "dry-run", "overwrite"});
  line.positional("input", 1);
  line.add()("input,i", boost::program_options::value(&o.input)->required()->value_name("FILE"),
             "modes (.h5), particle results (.h5), particles (.star, .xmd) or images (.mrcs, .mrc)");
  add_particle_source(line, o.datadir, o.negative_defocus);
  if (line.parse(arguments)) return o;
  help = line.help();
  return std::nullopt;
}

}  // namespace elastem::cli
