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
  table
      .option("against", o.against, "FILE.h5",
              "a second table of results, which is compared with the first by the images of its rows")
      .unset("")
      .positional()
      .file({".h5"});
  table
      .option(
          "rows", o.rows, "LIST",
          "values of these rows of a table of results, e.g. 1-5,17; with a second table their differences")
      .unset("");
  table
      .option(
          "worst", o.worst, "N",
          "the N particles of lowest score; with a second table those that differ most, in units of their "
          "standard errors")
      .unset(0)
      .at_least(1)
      .at_most(100000);
  table.flag("json", o.json, "of a table of results: print JSON for programs instead of text");
  add_particle_source(table, o.source);
  add_matching(table, o.matching);
  table.common(o.common, {});
}

std::string next_step(const InspectOptions& o) {
  if (!names_particle_file(o.source.path)) return "";
  return "elastem align -i " + o.source.path + source_words(o.source) + " -m modes.h5 -o alignment.h5";
}

}  // namespace elastem::cli
