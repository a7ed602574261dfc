#include "options/inspect_options.hpp"

#include "cli/value_text.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {

void declare(OptionTable& table, InspectOptions& o) {
  table
      .option(
          "input,i", o.source.path, "FILE",
          "modes or particle results (.h5), a network (.pt), particles (.star, .xmd), images or a map (MRC, "
          "SPIDER, also gzipped), or a structure (PDB, mmCIF)")
      .required()
      .positional()
      .file({".h5", ".pt", ".star", ".xmd", ".mrcs", ".mrc", ".map", ".ccp4", ".st", ".stk", ".vol", ".spi",
             ".gz", ".pdb", ".ent", ".cif"});
  add_particle_source(table, o.source);
  table.common(o.common, {});
}

std::string next_step(const InspectOptions& o) {
  if (!names_particle_file(o.source.path)) return "";
  return "elastem align -i " + o.source.path + " -m modes.h5 -o alignment.h5";
}

}  // namespace elastem::cli
