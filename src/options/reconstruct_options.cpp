#include "options/reconstruct_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "options/particle_source_options.hpp"
#include "reconstruction/point_group.hpp"

namespace elastem::cli {
namespace {

PointGroup group_of(const std::string& symmetry) {
  try {
    return point_group(symmetry);
  } catch (const Error& error) {
    refuse_option("symmetry", error.what());
  }
}

void declare_files_and_maps(OptionTable& table, ReconstructOptions& o) {
  table.option("particles,i", o.source.path, "FILE.star", "particles that were aligned")
      .required()
      .file(particle_names());
  table
      .option("alignment,a", o.alignment, "FILE", "result of align or predict (or truth.h5) with their poses")
      .required()
      .file({".h5"});
  table.option("output,o", o.output, "FILE.mrc", "map to write")
      .required()
      .unstored()
      .file({".mrc"})
      .written({.makes_folders = true});
  table.also_writes("output", [&o] { return beside_halves(o, o.output); });
  table
      .option("modes-file,m", o.modes_file, "FILE",
              "structure and modes: the map then stands where the structure does, so that they overlay")
      .file({".h5"});
  table.flag("undo-motion", o.undo_motion,
             "a consensus: each particle's motion is undone, so that all are of one conformation; needs "
             "--modes-file");
  table
      .option("at", o.at, "LIST",
              "the conformation of --undo-motion as amplitudes in Å, e.g. 7=120,8=-30, those of the other "
              "modes are 0 "
              "(by default the mean of the particles)")
      .unset("");
  table.flag("halves", o.halves,
             "half maps as well (OUTPUT_half1.mrc, _half2.mrc), by rlnRandomSubset or every second image of "
             "each stack, their "
             "Fourier shell correlation (OUTPUT_fsc.csv, .png, .xml) and the filtered and sharpened map "
             "(OUTPUT_postprocess.mrc, .star, .json, OUTPUT_guinier.png)");
  table
      .option("mask", o.mask, "FILE.mrc",
              "weights 0 to 1 of the same box: where halves are compared, with what the mask itself "
              "correlates taken "
              "off (phase randomisation)")
      .file({".mrc"});
  table.flag("residual", o.residual,
             "a map of what the images hold that the model at their poses and amplitudes does not, such as a "
             "missing part; with --halves also its significance (OUTPUT_significance.mrc) and peaks "
             "(OUTPUT_peaks.csv); needs --modes-file");
}

void declare_series_and_halves(OptionTable& table, ReconstructOptions& o) {
  table.flag("states", o.states,
             "a map of each state of --landscape as well (OUTPUT_state1.mrc, …), each particle counting by "
             "its probability");
  table
      .option("along", o.along, "EXPRESSION|PATH",
              "maps along a quantity of the particles, such as q7 or pc1, or along a path of --landscape "
              "(path_1_2), as well: OUTPUT_1.mrc, …, and OUTPUT_series.cxc, which shows them in ChimeraX")
      .unset("");
  table.option("frames", o.frames, "N", "maps of --along").at_least(2).at_most(1000);
  table
      .option(
          "b-factor", o.b_factor, "Å²",
          "B-factor by which OUTPUT_postprocess.mrc is sharpened, negative as RELION's; 0: not at all (by "
          "default that of the Guinier plot beyond 10 Å)")
      .within(-1e4, 1e4);
  table.flag(
      "local-resolution", o.local_resolution,
      "the resolution of the half maps within windows all over the map (OUTPUT_local_resolution.mrc, in Å)");
  table
      .option("local-window", o.local_window, "Å",
              "radius of the windows of --local-resolution at half height; 0: 3.5 times the resolution")
      .at_least(0)
      .within(1000);
  table.option("local-step", o.local_step, "Å", "distance from window to window; 0: half the windows' radius")
      .at_least(0)
      .within(1000);
}

void refuse_what_does_not_go_together(const OptionTable& given, const ReconstructOptions& o) {
  if (o.states && o.selection.landscape.empty())
    refuse_option("states", "are those of a landscape: give its folder with --landscape");
  if (o.states && !o.along.empty()) refuse_option("along", "and --states make other maps: give one of them");
  if (o.along.starts_with("path_") && o.selection.landscape.empty())
    refuse_option("along", "names a path of a landscape: give its folder with --landscape");
  if (o.output.ends_with(".gz"))
    refuse_option("output", o.output + ": maps are written as they are; leave out .gz");
  if (o.along.empty()) given.refuse({"frames"}, "is for --along");
  const PointGroup group = group_of(o.symmetry);
  if (o.undo_motion && group.order() > 1)
    refuse_option("symmetry",
                  "is not that of a molecule whose parts move each by itself: leave out --undo-motion");
  if (o.residual && o.modes_file.empty()) refuse_option("residual", "needs the model: give --modes-file");
  if (o.undo_motion && o.modes_file.empty())
    refuse_option("undo-motion", "needs the modes of the motion: give --modes-file");
  if (!o.at.empty() && !o.undo_motion)
    refuse_option("at", "is the conformation of --undo-motion: give that, too");
  if (o.local_resolution && !o.halves)
    refuse_option("local-resolution", "is that of half maps: give --halves, too");
  if ((o.local_window > 0 || o.local_step > 0) && !o.local_resolution)
    refuse_option(o.local_window > 0 ? "local-window" : "local-step",
                  "is for --local-resolution: give that, too");
  if (o.b_factor && !o.halves)
    refuse_option("b-factor", "sharpens the map of both halves: give --halves, too");
  if (!o.mask.empty() && !o.halves) refuse_option("mask", "is where halves are compared: give --halves, too");
}

}  // namespace

void declare(OptionTable& table, ReconstructOptions& o) {
  declare_files_and_maps(table, o);
  declare_series_and_halves(table, o);
  add_particle_source(table, o.source);
  add_inversion(table, o.source);
  table.option("max-resolution", o.max_resolution, "Å", "finest detail to use; 0: two pixels")
      .at_least(0)
      .within(1000);
  table
      .option(
          "regularisation", o.regularisation, "SHARE",
          "what is added to the sum of CTF², as a share of its value without a CTF, so that the gain stays "
          "bounded where the CTF vanishes (by default 0.001; with --halves what their signal-to-noise ratio "
          "asks for)")
      .above(0)
      .at_most(1);
  table.option("symmetry", o.symmetry, "GROUP",
               "point group of the molecule about the map's middle, as RELION has them: C1, C4, D2, T, O, I, "
               "I1, …");
  table
      .option("mask-radius", o.mask_radius, "Å",
              "radius of a sphere, with a soft edge of 5 voxels, outside which the map is 0; 0: none")
      .at_least(0)
      .within(1e6);
  table
      .option("reference", o.reference, "FILE.mrc",
              "map to compare with: prints the Fourier shell correlation")
      .file({".mrc"});
  add_selection(table, o.selection, [&o] { return o.states || !o.along.empty(); });
  add_with_outliers(table, o.with_outliers);
  add_matching(table, o.matching);
  table.common(o.common, {"seed", "dry-run", "overwrite"});
  table.check([&o](const OptionTable& given) { refuse_what_does_not_go_together(given, o); });
}

std::string beside_map(const std::string& path, const std::string& ending) {
  const std::string usual = ".mrc";
  const bool has_it = path.ends_with(usual);
  return path.substr(0, path.size() - (has_it ? usual.size() : 0)) + ending;
}

std::vector<std::string> beside_halves(const ReconstructOptions& o, const std::string& path) {
  std::vector<std::string> files;
  if (!o.halves) return files;
  for (const char* ending : {"_half1.mrc", "_half2.mrc", "_fsc.csv", "_fsc.png", "_fsc.xml",
                             "_postprocess.mrc", "_postprocess.star", "_postprocess.json", "_guinier.png"})
    files.push_back(beside_map(path, ending));
  if (o.local_resolution) files.push_back(beside_map(path, "_local_resolution.mrc"));
  if (o.residual)
    for (const char* ending : {"_significance.mrc", "_peaks.csv"}) files.push_back(beside_map(path, ending));
  if (o.undo_motion)
    for (const char* ending : {"_plain.mrc", "_plain_half1.mrc", "_plain_half2.mrc", "_shuffled_half1.mrc",
                               "_shuffled_half2.mrc", "_motion.csv", "_motion.png"})
      files.push_back(beside_map(path, ending));
  return files;
}

std::string next_step(const ReconstructOptions& o) {
  return fmt::format("open {} in ChimeraX", o.output);
}

}  // namespace elastem::cli
