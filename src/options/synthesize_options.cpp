#include "options/synthesize_options.hpp"

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
      .file({".star"});
  table.option("number,n", o.count, "N", "number of particles").at_least(1);
  table.option("modes", o.modes, "LIST", "modes that move, e.g. 7-9").required();
  table.option("size", o.recipe.grid.size, "PIXELS", "side of the images");
  table.option("pixel-size", o.recipe.grid.pixel_size, "Å", "size of a pixel");
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

std::string next_step(const SynthesizeOptions& o) {
  return fmt::format("elastem align -i {} -m {} --modes {} -o alignment.h5", o.output, o.modes_file, o.modes);
}

}  // namespace elastem::cli
