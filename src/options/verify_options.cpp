#include "options/verify_options.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "options/particle_source_options.hpp"

namespace elastem::cli {

void declare(OptionTable& table, VerifyOptions& o) {
  table.option("particles,i", o.source.path, "FILE.star", "particles that were aligned")
      .required()
      .file(particle_names());
  table.option("alignment,a", o.alignment, "FILE", "result of align, or of predict --refine")
      .required()
      .file({".h5"});
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes that the result is of")
      .required()
      .file({".h5"});
  table.option("output,o", o.output, "DIR", "folder for the report, the tables and the set's own map")
      .required()
      .unstored()
      .folder()
      .written({.makes_folders = true, .in_place = true});
  table.also_writes("output", [&o] {
    std::vector<std::string> files;
    for (const char* name : {"index.html", "verification.json", "verification.csv", "verification.png",
                             "map.mrc", "set.h5", "map_twin.h5", "model_twin.h5"})
      files.push_back(in_folder(o, name));
    return files;
  });
  add_particle_source(table, o.source);
  add_inversion(table, o.source);
  table.option("number,n", o.particles, "N", "particles that are looked at, spread evenly over the set")
      .at_least(40)
      .at_most(100000);
  table
      .option("decoys", o.decoys, "N",
              "directions in which nothing should move, fitted together with the modes")
      .at_least(3)
      .at_most(15);
  table
      .option(
          "decoy-modes", o.decoy_modes, "FILE",
          "modes of the same atoms that decoys are made of (by default those of --modes-file that were not "
          "fitted)")
      .file({".h5"});
  table
      .option("max-resolution", o.max_resolution, "Å", "finest detail that is fitted; 0: as in the alignment")
      .at_least(0)
      .within(1000);
  add_selection(table, o.selection);
  add_atom_model_overrides(table, o.atom_model);
  add_matching(table, o.matching);
  table.common(o.common, {"seed", "dry-run", "resume", "overwrite"});
}

std::string in_folder(const VerifyOptions& o, const std::string& name) {
  return (std::filesystem::path(o.output) / name).string();
}

std::string next_step(const VerifyOptions& o) {
  return fmt::format("open {} in a browser", in_folder(o, "index.html"));
}

}  // namespace elastem::cli
