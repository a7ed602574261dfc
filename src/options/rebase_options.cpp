#include "options/rebase_options.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem::cli {

void declare(OptionTable& table, RebaseOptions& o) {
  table.option("input,i", o.input, "FILE", "result of align or predict").required().file({".h5"});
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes that the result is of")
      .required()
      .file({".h5"});
  table
      .option("output,o", o.output, "FILE.h5",
              "modes file to write, of the conformation as the new structure, which also becomes FILE.pdb")
      .required()
      .unstored()
      .file({".h5"})
      .written({.makes_folders = true});
  table.also_writes("output", [&o] { return std::vector{structure_of(o)}; });
  table.option("at", o.at, "LIST", "amplitudes in Å, e.g. 7=120,8=-30, those of the other modes are 0")
      .unset("");
  table
      .option(
          "frame", o.frame, "N",
          "this model of the landscape's trajectory, the mean of its share of the particles (by default the "
          "mean of all)")
      .unset(0)
      .at_least(1);
  table.option("frames", o.frames, "N", "models that the trajectory has").at_least(1).at_most(1000);
  table
      .option("modes", o.last_mode, "N",
              "number of the last mode, counted with the six rigid-body ones: 20 computes modes 7 to 20")
      .at_least(7);
  add_selection(table, o.selection);
  add_with_outliers(table, o.with_outliers);
  add_matching(table, o.matching);
  table.common(o.common, {"dry-run", "overwrite"});
  table.check([&o](const OptionTable& given) {
    if (!o.output.ends_with(".h5"))
      refuse_option("output", o.output + " is to be a modes file: end its name in .h5");
    if (!o.at.empty() && o.frame > 0) refuse_option("at", "and --frame are two places: give one of them");
    if (!o.at.empty() && !o.selection.text.empty())
      refuse_option("at",
                    "is a place whatever the particles, but --selection chooses some: give one of them");
    if (given.given("frames") && o.frame == 0)
      refuse_option("frames", "says how many models the trajectory has; name one of them by --frame N");
    if (o.frame > o.frames)
      refuse_option("frame", fmt::format("{} is more than the {} --frames", o.frame, o.frames));
  });
}

std::string structure_of(const RebaseOptions& o) {
  const std::string ending = ".h5";
  const bool has_it = o.output.ends_with(ending);
  return (has_it ? o.output.substr(0, o.output.size() - ending.size()) : o.output) + ".pdb";
}

std::string next_step(const RebaseOptions& o) {
  return fmt::format("elastem align -i {} -m {} -m {} -o alignment2.h5, where both conformations count",
                     o.particles, o.modes_file, o.output);
}

}  // namespace elastem::cli
