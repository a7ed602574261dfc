#include "options/particle_source_options.hpp"

namespace elastem::cli {

void add_particle_source(OptionTable& table, ParticleSource& source) {
  table
      .option("datadir", source.datadir, "DIR",
              "where image paths are looked up first (then the folder of the particle file, then the working "
              "directory)")
      .folder();
  table.flag("xmipp-negative-defocus", source.negative_defocus,
             "the XMD writes underfocus as negative defocus (ContinuousFlex): read it, and a negative "
             "amplitude contrast, with the other sign");
}

void add_inversion(OptionTable& table, ParticleSource& source) {
  table.flag("invert", source.inverted,
             "the images show dark molecules on a bright ground, as a camera records them");
}

}  // namespace elastem::cli
