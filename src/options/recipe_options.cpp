#include "options/recipe_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "cli/value_text.hpp"

namespace elastem::cli {

namespace {

// Far beyond what there is; beyond them, numbers of a computation no longer are.
constexpr double largest_amplitude = 1e6, largest_defocus = 1e6;  // Å

constexpr NamedValue<bool> psi_names[] = {{true, "uniform"}, {false, "0"}};
constexpr NamedValue<bool> bounds_names[] = {{true, "all"}, {false, "none"}};

[[noreturn]] void refuse_views(const std::string& text) {
  refuse_option("views", "\"" + text +
                             "\"; give uniform, a particle file (.star, .xmd), or views ROT,TILT or "
                             "ROT,TILT,WEIGHT with semicolons between them, e.g. 0,90;45,60,2");
}

// "ROT,TILT" or "ROT,TILT,WEIGHT", a part of `all`.
PreferredView view_of(const std::string& text, const std::string& all) {
  std::array<double, 3> numbers{0, 0, 1};
  std::size_t count = 0;
  for (std::size_t from = 0; from <= text.size(); ++count) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    if (count == numbers.size() || !read_number(text.substr(from, comma - from), numbers[count]))
      refuse_views(all);
    from = comma + 1;
  }
  if (count < 2) refuse_views(all);
  if (!(numbers[2] > 0)) refuse_option("views", "\"" + all + "\": a weight must be above 0");
  return {numbers[0], numbers[1], numbers[2]};
}

void read_views(const std::string& text, SynthesizeOptions& o) {
  std::vector<PreferredView>& views = o.recipe.orientation.preferred;
  views.clear();
  o.sources.views = names_particle_file(text) ? text : "";
  if (text == "uniform" || !o.sources.views.empty()) return;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    views.push_back(view_of(text.substr(at, end - at), text));
    at = end + 1;
  }
}

std::string views_text(const SynthesizeOptions& o) {
  if (!o.sources.views.empty()) return o.sources.views;
  std::string text;
  for (const PreferredView& view : o.recipe.orientation.preferred) {
    text += (text.empty() ? "" : ";") + value_text(view.rot) + "," + value_text(view.tilt);
    if (view.weight != 1) text += "," + value_text(view.weight);
  }
  return text.empty() ? "uniform" : text;
}

void read_defocus(const std::string& text, SynthesizeOptions& o) {
  o.recipe.ctf.enabled = text != "none";
  o.sources.optics = names_particle_file(text) ? text : "";
  if (o.recipe.ctf.enabled && o.sources.optics.empty() && !read_interval(text, o.recipe.optics->defocus))
    refuse_option("defocus",
                  "\"" + text + "\"; give Å, a range LOW-HIGH in Å, a particle file (.star, .xmd), or none");
  const Interval& defocus = o.recipe.optics->defocus;
  if (std::max(std::abs(defocus.low), std::abs(defocus.high)) > largest_defocus)
    refuse_option("defocus", text + fmt::format("; give at most {:g} Å", largest_defocus));
}

std::string defocus_text(const SynthesizeOptions& o) {
  if (!o.recipe.ctf.enabled) return "none";
  return o.sources.optics.empty() ? value_text(o.recipe.optics->defocus) : o.sources.optics;
}

void check_conformations(const OptionTable& table, const SynthesizeOptions& o) {
  const bool of_table = o.recipe.relation == Relation::table;
  const bool of_structures = o.recipe.relation == Relation::structures;
  if (of_table && o.sources.amplitudes.empty())
    throw Error("--relation table needs the file of amplitudes: give --amplitudes FILE");
  if (of_structures && o.sources.structures.empty())
    throw Error("--relation structures needs the structures: give --structures PATH");
  if (!of_table) table.refuse({"amplitudes"}, "goes with --relation table only");
  if (!of_structures) table.refuse({"structures"}, "goes with --relation structures only");
  if (of_table || of_structures)
    table.refuse({"amplitude"}, "means nothing for --relation " + name_of(o.recipe.relation));
  if (o.recipe.relation != Relation::grid) table.refuse({"grid-points"}, "goes with --relation grid only");
}

void check_optics(const OptionTable& table, const SynthesizeOptions& o) {
  const std::vector<std::string> varying = {"astigmatism", "astigmatism-angle", "phase-shift"};
  const std::vector<std::string> fixed = {"ctf-b-factor", "voltage", "cs", "amplitude-contrast"};
  if (!o.recipe.ctf.enabled) {
    table.refuse(varying, "means nothing without a CTF (--defocus none)");
    table.refuse({"ctf-b-factor", "ctf-correction"}, "means nothing without a CTF (--defocus none)");
  }
  if (!o.sources.optics.empty())
    for (const auto& names : {varying, fixed})
      table.refuse(names, "stands in " + o.sources.optics + " already; leave it out");
  if (o.recipe.optics->astigmatism == Interval{})
    table.refuse({"astigmatism-angle"}, "goes with --astigmatism only");
  if (o.recipe.ctf.correction != CtfCorrection::wiener)
    table.refuse({"wiener-constant"}, "goes with --ctf-correction wiener only");
}

}  // namespace

void add_conformation_options(OptionTable& table, SynthesizeOptions& o) {
  table.topic("Conformations");
  table.option("relation", o.recipe.relation, "NAME",
               "distribution of the conformations: " + alternatives(names_of(name_table(Relation{}))));
  // With six decimals whether it is given or follows from the model.
  table.custom(
      "amplitude", "Å", "size of the motion (by default 4.9·√N for N atoms: 4.9 Å RMSD)",
      [&o](const std::string& text) {
        if (!read_value(text, o.recipe.amplitude))
          refuse_option("amplitude", "\"" + text + "\" is not a finite number");
        if (!(std::abs(*o.recipe.amplitude) <= largest_amplitude))
          refuse_option("amplitude", text + fmt::format("; give at most {:g} Å", largest_amplitude));
      },
      [&o] { return o.recipe.amplitude ? fmt::format("{:.6f}", *o.recipe.amplitude) : ""; });
  table
      .option("grid-points", o.recipe.grid_points, "N",
              "for --relation grid: points per mode (by default as many as the particles fill)")
      .unset(0)
      .at_least(2);
  table
      .option("amplitudes", o.sources.amplitudes, "FILE",
              "for --relation table: text with one number per mode in each row, or a result table (.h5)")
      .file({".txt", ".h5"});
  table
      .option("structures", o.sources.structures, "PATH",
              "for --relation structures: a folder of PDB or mmCIF files, or one file with several models")
      .file()
      .folder();
  add_matching(table, o.matching);
  table.check([&o](const OptionTable& given) { check_conformations(given, o); });
}

void add_pose_options(OptionTable& table, SynthesizeOptions& o) {
  table.topic("Poses");
  table.custom(
      "views", "VIEWS",
      "directions of view: uniform, preferred ones ROT,TILT[,WEIGHT];…, or the angles of FILE.star",
      [&o](const std::string& text) { read_views(text, o); }, [&o] { return views_text(o); });
  table
      .option("view-spread", o.recipe.orientation.spread, "DEGREES",
              "standard deviation of the tilts away from a preferred view, about each of two axes")
      .at_least(0)
      .at_most(180);
  table.option("view-share", o.recipe.orientation.share, "SHARE",
               "share of the particles that are near a preferred view; the others are uniform");
  table.choice("psi", o.recipe.orientation.psi_uniform, psi_names, "uniform|0", "in-plane rotation");
  table.option("shift-px", o.recipe.shift_px, "PIXELS", "size of the shifts along x and y")
      .at_least(0)
      .at_most(8192);
  table.option("shift-distribution", o.recipe.shift, "uniform|gaussian",
               "uniform in ± --shift-px, or normal of that standard deviation");
  table.check([&o](const OptionTable& given) {
    if (o.recipe.orientation.preferred.empty() && o.sources.views.empty())
      given.refuse({"view-spread", "view-share"}, "goes with preferred views, see --views");
    if (!o.sources.views.empty())
      given.refuse({"psi"}, "stands in " + o.sources.views + " already; leave it out");
  });
}

void add_optics_options(OptionTable& table, SynthesizeOptions& o) {
  Ctf& ctf = o.recipe.ctf;
  OpticsDistribution& optics = *o.recipe.optics;
  table.topic("Optics");
  table
      .custom(
          "defocus", "DEFOCUS",
          "Å, underfocus positive; uniform in LOW-HIGH; the CTFs of FILE.star; or none: no CTF at all",
          [&o](const std::string& text) { read_defocus(text, o); }, [&o] { return defocus_text(o); })
      .words = {"none"};
  table.option("astigmatism", optics.astigmatism, "Å|LOW-HIGH", "defocus U − V, half of it each way")
      .within(largest_defocus);
  table.option("astigmatism-angle", optics.angle, "uniform|DEGREES", "angle of U from the x axis")
      .word("uniform", std::nullopt);
  table.option("phase-shift", optics.phase_shift, "DEGREES|LOW-HIGH", "phase shift of a phase plate")
      .within(360);
  table.option("ctf-b-factor", ctf.b_factor, "Å²", "envelope exp(−B k²/4)").at_least(0).within(1e5);
  table.option("voltage", ctf.voltage_kv, "kV", "voltage of the microscope").above(0).within(10, 3000);
  table.option("cs", ctf.cs_mm, "mm", "spherical aberration").within(100);
  table.option("amplitude-contrast", ctf.amplitude_contrast, "Q", "share of amplitude contrast")
      .at_least(-1)
      .at_most(1);
  table.option("ctf-correction", ctf.correction, "NAME",
               "what is done to the finished images: " + alternatives(names_of(name_table(CtfCorrection{}))));
  table.option("wiener-constant", ctf.wiener_constant, "C", "c of wiener: times CTF/(CTF² + c)")
      .above(0)
      .within(1e-9, 1e9);
  table.check([&o](const OptionTable& given) { check_optics(given, o); });
}

void add_grey_scale_options(OptionTable& table, SynthesizeOptions& o) {
  Recipe& recipe = o.recipe;
  table.topic("Noise and grey scale");
  table
      .option("snr", recipe.snr, "RATIO|none",
              "variance of the noise-free image over the variance of the noise")
      .word("none", std::nullopt)
      .above(0)
      .within(1e-9, 1e9);
  table
      .option("noise-before-ctf", recipe.noise_before_ctf, "SHARE",
              "share of the noise's variance that is coloured by the CTF, 0 to 1")
      .at_least(0)
      .at_most(1);
  table
      .option("noise-spectrum", o.sources.noise_spectrum, "FILE",
              "text table of spatial frequency (1/Å) and relative power of the noise (by default white)")
      .file({".txt"});
  table
      .option("max-resolution", recipe.max_resolution, "Å",
              "finest detail of signal and noise; 0: all that the pixels hold")
      .at_least(0)
      .within(1e5);
  table.option("normalise", recipe.normalisation, "image|background|none",
               "where the mean is made 0 and the variance 1");
  table
      .option("background-radius", recipe.background_radius, "PIXELS",
              "radius of the circle outside which is background (by default 0.45 image sides)")
      .unset(0)
      .above(0)
      .within(8192);
  table.flag("invert", recipe.invert, "dark molecules on a bright ground, as a camera records them");
  table.choice("bounds", recipe.bounds, bounds_names, "all|none",
               "Cramér–Rao bounds of the errors in truth.h5; a set without them is made faster");
  table.check([&recipe](const OptionTable& given) {
    if (recipe.normalisation != Normalisation::background)
      given.refuse({"background-radius"}, "goes with --normalise background only");
    if (!recipe.snr)
      given.refuse({"noise-before-ctf", "noise-spectrum"}, "means nothing without noise (--snr none)");
  });
}

}  // namespace elastem::cli
