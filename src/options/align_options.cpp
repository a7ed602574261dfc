#include "options/align_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "options/particle_source_options.hpp"

namespace elastem::cli {

namespace {

void declare_search(OptionTable& table, AlignmentOptions& o) {
  table.option("max-resolution", o.max_resolution, "Å", "finest detail to fit (0: all there is)").at_least(0);
  table
      .option(
          "search-resolution", o.search_resolution, "Å",
          "finest detail of the pose search (0: as an angular step moves the particle's rim, at least 16)")
      .at_least(0);
  table
      .option("angular-step", o.angular_step, "DEGREES",
              "between views and between in-plane angles of the pose search")
      .at_least(2)
      .at_most(30);
  table
      .option("shift-range", o.shift_range, "Å",
              "largest shift along x and y that the search tries (0: an eighth of the box)")
      .at_least(0);
  table
      .option("amplitude-range", o.amplitude_range, "Å",
              "about the largest amplitude to expect of the softest mode (0: learnt from a sample of the "
              "particles)")
      .at_least(0);
  table.option("candidates", o.candidates, "N", "poses of the search that are refined briefly").at_least(1);
  table.option("finalists", o.finalists, "N", "of them, those refined to the end").at_least(1);
  table
      .option("library-memory", o.library_memory_mib, "MiB",
              "most that the search's reference projections may take on a node")
      .above(0);
  table
      .option("refine-defocus", o.defocus_spread, "Å",
              "fit a change of the defocus, too, that is about so large (0: do not)")
      .at_least(0);
  table.check([&o](const OptionTable&) {
    if (o.finalists > o.candidates)
      refuse_option("finalists", fmt::format("{} of {} --candidates", o.finalists, o.candidates));
  });
}

}  // namespace

void declare(OptionTable& table, AlignOptions& o) {
  table.option("input,i", o.source.path, "FILE", "particles (.star or .xmd)")
      .required()
      .file({".star", ".xmd"});
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes, as `elastem modes` writes them")
      .required()
      .file({".h5"});
  table.option("output,o", o.output, "FILE.h5", "table of results").required().unstored().file({".h5"});
  table.option("modes", o.modes, "LIST", "modes to fit, e.g. 7-9 (by default all enabled ones)");
  add_particle_source(table, o.source);
  add_inversion(table, o.source);
  table.option("limit", o.limit, "N", "only the first N particles (0: all)").at_least(0);
  table.flag("local", o.local, "start from the poses of the input instead of searching");
  table
      .option("local-angle", o.alignment.local_angle, "DEGREES",
              "how far from the given orientation --local looks")
      .at_least(0)
      .at_most(60);
  table.option("local-shift", o.alignment.local_shift, "Å", "how far from the given position --local looks")
      .at_least(0);
  table
      .option("mask-diameter", o.mask_diameter, "Å",
              "only what lies in this circle counts: about the image's centre, with --local about the given "
              "position (0: all)")
      .at_least(0);
  declare_search(table, o.alignment);
  table.flag("learn-prior", o.learn_prior,
             "learn from all particles how the amplitudes are distributed, and improve each by it");
  add_atom_model_overrides(table, o.atom_model);
  table.common(o.common, {"dry-run", "resume", "overwrite"});
}

std::string next_step(const AlignOptions& o) {
  return fmt::format(
      "elastem landscape -i {0} -m {1} -o landscape; of a synthetic set, elastem evaluate -i "
      "{0} -t truth.h5",
      o.output, o.modes_file);
}

}  // namespace elastem::cli
