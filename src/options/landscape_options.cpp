#include "options/landscape_options.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "options/particle_source_options.hpp"

namespace elastem::cli {

void declare(OptionTable& table, LandscapeOptions& o) {
  table.option("input,i", o.input, "FILE", "result of align or predict").required().file({".h5"});
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes, as `elastem modes` writes them")
      .required()
      .file({".h5"});
  table.option("output,o", o.output, "DIR", "folder for index.html, plots, tables and trajectory.pdb")
      .required()
      .unstored()
      .folder()
      .written({.makes_folders = true});
  table.also_writes("output", [&o] {
    std::vector<std::string> files;
    for (const char* name :
         {"index.html", "trajectory.pdb", "components.csv", "frames.csv", "profile.csv", "plane.csv",
          "states.csv", "states.pdb", "paths.csv", "residues.csv", "domains.csv", "trajectory.cxc",
          "trajectory.pml", "particles.csv", "landscape.json", "scatter.png", "density.png",
          "free_energy.png", "profile.png"})
      files.push_back((std::filesystem::path(o.output) / name).string());
    for (std::size_t number = 1; number <= o.paths.size(); ++number)
      for (const char* ending : {"pdb", "cxc", "pml"})
        files.push_back(
            (std::filesystem::path(o.output) / fmt::format("chosen_path_{}.{}", number, ending)).string());
    for (std::size_t number = 1; number <= o.coordinates.size(); ++number)
      for (const char* ending : {"csv", "png"})
        files.push_back(
            (std::filesystem::path(o.output) / fmt::format("coordinate_{}.{}", number, ending)).string());
    return files;
  });
  table
      .option("frames", o.frames, "N",
              "models along the first component, each the mean of an equal share of the particles")
      .at_least(1)
      .at_most(1000);
  table
      .option("replicates", o.replicates, "N",
              "sets drawn from the particles, from which bands and errors of populations come (0: none)")
      .at_least(0)
      .at_most(10000);
  table.option(
      "coordinate", o.coordinates, "TEXT",
      "a free energy along this too: distance(A/30-60, A/120-150), angle(A/1-20, A/60-80, A/120-150) between "
      "selections of atoms, or rmsd(FILE.pdb); may be given again");
  table.option("path", o.paths, "TEXT",
               "the way of least free energy between two conformations too, each the row of a particle or "
               "amplitudes: \"12 : 840\", \"q7=-50,q8=10 : q7=80\"; may be given again");
  table.flag(
      "even-views", o.even_views,
      "weigh each particle by the inverse of the density of views about its own, so that populations and "
      "free energies are not those of preferred views");
  table
      .option("particles", o.source.path, "FILE.star",
              "particles of the result: the page shows images of some beside the model's")
      .file(particle_names());
  add_particle_source(table, o.source);
  add_inversion(table, o.source);
  add_selection(table, o.selection);
  add_with_outliers(table, o.with_outliers);
  add_matching(table, o.matching);
  table.common(o.common, {"seed", "dry-run", "overwrite"});
}

std::string next_step(const LandscapeOptions& o) {
  return fmt::format("open {}/index.html in a browser", o.output);
}

}  // namespace elastem::cli
