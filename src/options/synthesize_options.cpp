#include "options/synthesize_options.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "options/recipe_options.hpp"

namespace elastem::cli {

void declare(OptionTable& table, SynthesizeOptions& o) {
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes, as `elastem modes` writes them")
      .required()
      .file({".h5"});
  table
      .option(
          "output,o", o.output, "FILE.star",
          "particles to write; the stack, truth.star, truth.h5 and contact_sheet.png go to the same folder")
      .required()
      .unstored()
      .file({".star"})
      .written({.makes_folders = true});
  table.also_writes("output", [&o] {
    const ParticleOutputs out = particle_outputs(o.output);
    return std::vector{out.stack, out.truth_star, out.truth_table, out.contact_sheet};
  });
  table.option("number,n", o.count, "N", "number of particles").at_least(1).within(1e9);
  table.option("modes", o.modes, "LIST", "modes that move, e.g. 7-9").required();
  table.option("size", o.recipe.grid.size, "PIXELS", "side of the images").at_least(8).within(16384);
  table.option("pixel-size", o.recipe.grid.pixel_size, "Å", "size of a pixel").above(0).within(0.01, 1000);
  add_conformation_options(table, o);
  add_pose_options(table, o);
  add_optics_options(table, o);
  add_grey_scale_options(table, o);
  table.topic("Atoms");
  add_atom_model_overrides(table, o.atom_model);
  table.topic("Files");
  table.flag("float16", o.files.float16,
             "pixels of the stack as float16 (MRC mode 12), half as large, instead of float32");
  table
      .option("contact-sheet", o.files.contact_sheet, "N|none",
              "images shown in contact_sheet.png, each with its noise-free image beside it")
      .word("none", 0)
      .at_least(1)
      .at_most(400)
      .unstored();
  table.common(o.common, {"seed", "dry-run", "resume", "overwrite"});
  table.check([&o](const OptionTable&) { o.recipe.seed = o.common.seed; });
}

ParticleOutputs particle_outputs(const std::string& output) {
  namespace fs = std::filesystem;
  const fs::path star(output);
  if (star.extension() != ".star")
    refuse_option("output", output + " must end in .star, e.g. particles/particles.star");
  if (star.stem() == "truth") refuse_option("output", output + " is the name of the truth; give another");
  fs::path stack(star);
  const fs::path folder = star.parent_path();
  return {output, stack.replace_extension(".mrcs").string(), (folder / "truth.star").string(),
          (folder / "truth.h5").string(), (folder / "contact_sheet.png").string()};
}

std::string next_step(const SynthesizeOptions& o) {
  return fmt::format("elastem align -i {} -m {} --modes {} -o alignment.h5", o.output, o.modes_file, o.modes);
}

}  // namespace elastem::cli
