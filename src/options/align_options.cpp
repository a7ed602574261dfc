#include "options/align_options.hpp"

#include "core/error.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

void check(const AlignOptions& o) {
  const auto refuse = [](const std::string& option, const std::string& why) {
    throw Error("option --" + option + ": " + why);
  };
  if (o.limit < 0) refuse("limit", "must be 1 or more particles");
  if (!(o.angular_step >= 2 && o.angular_step <= 30))
    refuse("angular-step", "must lie between 2 and 30 degrees");
  if (!(o.search_resolution >= 0)) refuse("search-resolution", "must be above 0 Å");
  if (!(o.max_resolution >= 0)) refuse("max-resolution", "must be above 0 Å");
  if (!(o.shift_range >= 0)) refuse("shift-range", "must be above 0 Å");
  if (!(o.mask_diameter >= 0)) refuse("mask-diameter", "must be above 0 Å, or 0 for no mask");
  if (!(o.amplitude_range >= 0)) refuse("amplitude-range", "must be above 0 Å");
  if (o.candidates < 1) refuse("candidates", "must be 1 or more");
  if (o.finalists < 1 || o.finalists > o.candidates)
    refuse("finalists", "must lie between 1 and --candidates");
  if (!(o.library_memory_mib > 0)) refuse("library-memory", "must be above 0 MiB");
  if (!(o.defocus_spread >= 0)) refuse("refine-defocus", "must be above 0 Å");
  if (!(o.local_angle >= 0 && o.local_angle <= 60))
    refuse("local-angle", "must lie between 0 and 60 degrees; leave --local out to search all");
  if (!(o.local_shift >= 0)) refuse("local-shift", "must be above 0 Å");
}

}  // namespace

std::optional<AlignOptions> parse_align_options(const std::vector<std::string>& arguments,
                                                std::string& help) {
  AlignOptions o;
  CommandLine line("align", "Amplitudes, orientation and position of every particle, with error bars",
                   o.common, Resumable::yes);
  line.without({"seed"});
  auto add = line.add();
  add("input,i", po::value(&o.particles)->required()->value_name("FILE"), "particles (.star or .xmd)");
  add("modes-file,m", po::value(&o.modes_file)->required()->value_name("FILE"),
      "structure and modes, as `elastem modes` writes them");
  add("output,o", po::value(&o.output)->required()->value_name("FILE.h5"), "table of results");
  add("modes", po::value(&o.modes)->default_value("")->value_name("LIST"),
      "modes to fit, e.g. 7-9 (by default all enabled ones)");
  add_particle_source(line, o.datadir, o.negative_defocus);
  add_inversion(line, o.invert);
  add("limit", po::value(&o.limit)->default_value(0)->value_name("N"), "only the first N particles (0: all)");
  add("local", po::bool_switch(&o.local), "start from the poses of the input instead of searching");
  add("local-angle", po::value(&o.local_angle)->default_value(o.local_angle)->value_name("DEGREES"),
      "how far from the given orientation --local looks");
  add("local-shift", po::value(&o.local_shift)->default_value(o.local_shift)->value_name("Å"),
      "how far from the given position --local looks");
  add("mask-diameter", po::value(&o.mask_diameter)->default_value(o.mask_diameter)->value_name("Å"),
      "only what lies in this circle counts: about the image's centre, with --local about the given position "
      "(0: "
      "all)");
  add("max-resolution", po::value(&o.max_resolution)->default_value(o.max_resolution)->value_name("Å"),
      "finest detail to fit (0: all there is)");
  add("search-resolution",
      po::value(&o.search_resolution)->default_value(o.search_resolution)->value_name("Å"),
      "finest detail of the pose search (0: as an angular step moves the particle's rim, at least 16)");
  add("angular-step", po::value(&o.angular_step)->default_value(o.angular_step)->value_name("DEGREES"),
      "between views and between in-plane angles of the pose search");
  add("shift-range", po::value(&o.shift_range)->default_value(o.shift_range)->value_name("Å"),
      "largest shift along x and y that the search tries (0: an eighth of the box)");
  add("amplitude-range", po::value(&o.amplitude_range)->default_value(o.amplitude_range)->value_name("Å"),
      "about the largest amplitude to expect (0: 4.9·√N for N atoms)");
  add("candidates", po::value(&o.candidates)->default_value(o.candidates)->value_name("N"),
      "poses of the search that are refined briefly");
  add("finalists", po::value(&o.finalists)->default_value(o.finalists)->value_name("N"),
      "of them, those refined to the end");
  add("library-memory",
      po::value(&o.library_memory_mib)->default_value(o.library_memory_mib)->value_name("MiB"),
      "most that the search's reference projections may take on a node");
  add("refine-defocus", po::value(&o.defocus_spread)->default_value(o.defocus_spread)->value_name("Å"),
      "fit a change of the defocus, too, that is about so large (0: do not)");
  add("learn-prior", po::bool_switch(&o.learn_prior),
      "learn from all particles how the amplitudes are distributed, and improve each by it");
  add_atom_model_overrides(line, o.atom_model);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  check_atom_model(o.atom_model);
  o.effective = line.effective();
  check(o);
  return o;
}

}  // namespace elastem::cli
