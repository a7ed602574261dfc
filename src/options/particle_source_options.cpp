#include "options/particle_source_options.hpp"

namespace elastem::cli {

std::vector<std::string> particle_names() {
  std::vector<std::string> names = stack_names();
  names.insert(names.begin(), {".star", ".xmd", ".cs"});
  return names;
}

std::vector<std::string> stack_names() {
  return {".mrcs", ".mrc", ".st", ".stk", ".spi"};
}

void add_particle_source(OptionTable& table, ParticleSource& source) {
  table
      .option("datadir", source.datadir, "DIR",
              "where image paths are looked up first (then the folder of the particle file, then the working "
              "directory)")
      .folder();
  table
      .option("stack", source.stack, "FILE",
              "the stack of all particles, whatever the particle file calls it (by default as it says)")
      .file(stack_names())
      .unset("");
  table
      .option("pixel-size", source.pixel_size, "Å",
              "of the images, where the particle file does not say (by default the stack's header does)")
      .unset(0)
      .above(0);
  table
      .option(
          "passthrough", source.passthrough, "FILE.cs",
          "a further .cs file of the same particles, as cryoSPARC's jobs have it; may be given several times")
      .file({".cs"});
  table.flag("xmipp-negative-defocus", source.negative_defocus,
             "the XMD writes underfocus as negative defocus (ContinuousFlex): read it, and a negative "
             "amplitude contrast, with the other sign");
}

void add_inversion(OptionTable& table, ParticleSource& source) {
  table.flag("invert", source.inverted,
             "the images show dark molecules on a bright ground, as a camera records them");
}

}  // namespace elastem::cli
