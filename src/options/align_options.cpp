#include "options/align_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "options/particle_source_options.hpp"

namespace elastem::cli {

namespace {

void declare_search(OptionTable& table, AlignmentOptions& o) {
  table.option("max-resolution", o.max_resolution, "Å", "finest detail to fit (0: all there is)")
      .at_least(0)
      .within(1000);
  table
      .option("search-resolution", o.search_resolution, "Å",
              "finest detail of the pose search (0: how far an angular step moves the particle's rim, at "
              "least 16)")
      .at_least(0)
      .within(1000);
  table
      .option("angular-step", o.angular_step, "DEGREES",
              "angle between neighbouring views, and between in-plane rotations, of the pose search")
      .at_least(2)
      .at_most(30);
  table
      .option("shift-range", o.shift_range, "Å",
              "largest shift along x and y that the search tries (0: an eighth of the box)")
      .at_least(0)
      .within(1e5);
  table
      .option("amplitude-range", o.amplitude_range, "Å",
              "roughly the largest amplitude of the softest mode (0: learnt from a sample of the particles)")
      .at_least(0)
      .within(1e6);
  table.option("candidates", o.candidates, "N", "how many poses of the search are refined briefly")
      .at_least(1)
      .within(10000);
  table.option("finalists", o.finalists, "N", "how many of these are refined to the end")
      .at_least(1)
      .within(10000);
  table
      .option("library-memory", o.library_memory_mib, "MiB",
              "memory per node for the search's reference projections")
      .above(0)
      .within(1e8);
  table
      .option("refine-defocus", o.defocus_spread, "Å",
              "also fit a change of each particle's defocus, of about this size (0: keep the defocus)")
      .at_least(0)
      .within(1e5);
  table.check([&o](const OptionTable&) {
    if (o.finalists > o.candidates)
      refuse_option("finalists",
                    fmt::format("{} are more than the {} --candidates", o.finalists, o.candidates));
  });
}

}  // namespace

void declare(OptionTable& table, AlignOptions& o) {
  table.option("input,i", o.source.path, "FILE", "particles (.star, .xmd or .cs), or a stack alone")
      .required()
      .file(particle_names());
  table
      .option("modes-file,m", o.modes_files, "FILE",
              "structure and modes, as `elastem modes` writes them; may be given again with other known "
              "conformations of the same atoms, the ways to which become the first modes (OUTPUT_modes.h5)")
      .required()
      .file({".h5"});
  table.option("output,o", o.output, "FILE.h5", "table of results")
      .required()
      .unstored()
      .file({".h5"})
      .written({.in_place = true});
  table.also_writes(
      "output", [&o] { return makes_modes(o) ? std::vector{made_modes(o)} : std::vector<std::string>(); });
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
      .at_least(0)
      .within(1e5);
  table
      .option("mask-diameter", o.mask_diameter, "Å",
              "only what lies in this circle counts: about the image's centre, with --local about the given "
              "position (0: all)")
      .at_least(0)
      .within(1e6);
  declare_search(table, o.alignment);
  table.option(
      "rebase", o.rebase, "off|auto",
      "auto: first learn from the images where the molecule is and how it moves, by all modes of the file, "
      "and align with the modes that come of it (OUTPUT_modes.h5)");
  table.flag("learn-prior", o.learn_prior,
             "learn the distribution of the amplitudes from all particles, and improve each particle by it");
  add_atom_model_overrides(table, o.atom_model);
  table.common(o.common, {"dry-run", "resume", "overwrite"});
  table.check([&o](const OptionTable&) {
    o.modes_file = o.modes_files.front();
    o.anchors.assign(o.modes_files.begin() + 1, o.modes_files.end());
  });
}

bool makes_modes(const AlignOptions& o) {
  return o.rebase == Rebase::automatic || !o.anchors.empty();
}

std::string made_modes(const AlignOptions& o) {
  const std::string ending = ".h5";
  const bool ends = o.output.ends_with(ending);
  return o.output.substr(0, o.output.size() - (ends ? ending.size() : 0)) + "_modes.h5";
}

std::string next_step(const AlignOptions& o) {
  const std::string truth = truth_beside(o.source.path);
  return fmt::format(
      "elastem landscape -i {0} -m {1} -o landscape; whether it moves: elastem verify -i {2} -a {0} -m {1} "
      "-o verification{3}",
      o.output, makes_modes(o) ? made_modes(o) : o.modes_file, o.source.path,
      truth.empty() ? "" : fmt::format("; the errors: elastem evaluate -i {} -t {}", o.output, truth));
}

}  // namespace elastem::cli
