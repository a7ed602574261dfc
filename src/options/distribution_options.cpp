#include "options/distribution_options.hpp"

#include <cmath>

#include "cli/value_text.hpp"
#include "core/error.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

// A text with a default that `read` turns into options.
template <class Read>
po::typed_value<std::string>* text_value(const std::string& standard, const std::string& parameter,
                                         Read read) {
  return po::value<std::string>()->default_value(standard)->value_name(parameter)->notifier(read);
}

[[noreturn]] void refuse_views(const std::string& text) {
  throw Error("option --views: \"" + text +
              "\"; give uniform, a particle file (.star, .xmd), or views ROT,TILT or ROT,TILT,WEIGHT with "
              "semicolons between them, e.g. 0,90;45,60,2");
}

void read_views(const std::string& text, PoseOptions& o) {
  o.views.clear();
  o.views_file.clear();
  if (text == "uniform") return;
  if (names_particle_file(text)) {
    o.views_file = text;
    return;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    std::array<double, 3> view{0, 0, 1};
    std::size_t numbers = 0;
    for (std::size_t from = at; from <= end; ++numbers) {
      const std::size_t comma = std::min(text.find(',', from), end);
      if (numbers == view.size() || !read_number(text.substr(from, comma - from), view[numbers]))
        refuse_views(text);
      from = comma + 1;
    }
    if (numbers < 2) refuse_views(text);
    if (!(view[2] > 0)) throw Error("option --views: \"" + text + "\": a weight must be above 0");
    o.views.push_back(view);
    at = end + 1;
  }
}

void read_defocus(const std::string& text, OpticsOptions& o) {
  o.ctf = text != "none";
  o.file = names_particle_file(text) ? text : "";
  if (o.ctf && o.file.empty() && !read_interval(text, o.defocus))
    throw Error("option --defocus: \"" + text +
                "\"; give Å, a range LOW-HIGH in Å, a particle file (.star, .xmd), or none");
}

void read_angle(const std::string& text, OpticsOptions& o) {
  double angle = 0;
  if (text == "uniform")
    o.angle.reset();
  else if (read_number(text, angle))
    o.angle = angle;
  else
    throw Error("option --astigmatism-angle: \"" + text + "\" is neither degrees nor uniform");
}

void refuse_given(const CommandLine& line, const std::vector<std::string>& names, const std::string& reason) {
  for (const auto& name : names)
    if (line.given(name)) throw Error("option --" + name + ": " + reason);
}

}  // namespace

void add_conformation_options(CommandLine& line, ConformationOptions& o) {
  line.topic("Conformations");
  line.add()(
      "relation", po::value(&o.relation)->default_value(o.relation)->value_name("NAME"),
      "how they are distributed: helix, linear, clusters, grid, random, half-circle, table or structures")(
      "amplitude",
      po::value<double>()->notifier([&o](double value) { o.amplitude = value; })->value_name("Å"),
      "size of the motion (by default 4.9·√N for N atoms: 4.9 Å RMSD)")(
      "grid-points", po::value<int>()->notifier([&o](int value) { o.grid_points = value; })->value_name("N"),
      "of relation grid, a mode (by default as many as the particles fill)")(
      "amplitudes", po::value(&o.amplitudes)->value_name("FILE"),
      "of relation table: a number a mode in each row of text, or a result table (.h5)")(
      "structures", po::value(&o.structures)->value_name("PATH"),
      "of relation structures: a folder of PDB or mmCIF files, or one file with several models");
}

void check_conformation_options(const CommandLine& line, const ConformationOptions& o) {
  const bool table = o.relation == "table", structures = o.relation == "structures";
  if (table && o.amplitudes.empty())
    throw Error("--relation table needs the file of amplitudes: give --amplitudes FILE");
  if (structures && o.structures.empty())
    throw Error("--relation structures needs the structures: give --structures PATH");
  if (!table) refuse_given(line, {"amplitudes"}, "goes with --relation table only");
  if (!structures) refuse_given(line, {"structures"}, "goes with --relation structures only");
  if (table || structures) refuse_given(line, {"amplitude"}, "means nothing for --relation " + o.relation);
  if (o.relation != "grid") refuse_given(line, {"grid-points"}, "goes with --relation grid only");
  if (o.grid_points && *o.grid_points < 2)
    throw Error("option --grid-points: " + std::to_string(*o.grid_points) + "; give 2 or more");
}

void add_pose_options(CommandLine& line, PoseOptions& o) {
  line.topic("Poses");
  line.add()("views", text_value("uniform", "VIEWS", [&o](const std::string& text) { read_views(text, o); }),
             "directions of view: uniform, preferred ones ROT,TILT[,WEIGHT];…, or the angles of FILE.star")(
      "view-spread", po::value(&o.view_spread)->default_value(o.view_spread)->value_name("DEGREES"),
      "normal deviation from such a view about each of two axes")(
      "view-share", po::value(&o.view_share)->default_value(o.view_share)->value_name("SHARE"),
      "of the particles that are in such a view; the others are uniform")(
      "psi",
      text_value("uniform", "uniform|0",
                 [&o](const std::string& text) {
                   require_word(text, "psi", {"uniform", "0"});
                   o.psi_uniform = text == "uniform";
                 }),
      "in-plane rotation")("shift-px",
                           po::value(&o.shift_px)->default_value(o.shift_px)->value_name("PIXELS"),
                           "size of the shifts along x and y")(
      "shift-distribution",
      po::value(&o.shift_distribution)->default_value(o.shift_distribution)->value_name("uniform|gaussian"),
      "uniform in ± --shift-px, or normal of that standard deviation");
}

void check_pose_options(const CommandLine& line, const PoseOptions& o) {
  require_word(o.shift_distribution, "shift-distribution", {"uniform", "gaussian"});
  if (o.views.empty() && o.views_file.empty())
    refuse_given(line, {"view-spread", "view-share"}, "goes with preferred views, see --views");
  if (!o.views_file.empty())
    refuse_given(line, {"psi"}, "stands in " + o.views_file + " already; leave it out");
}

void add_optics_options(CommandLine& line, OpticsOptions& o) {
  line.topic("Optics");
  line.add()("defocus",
             text_value("5000", "DEFOCUS", [&o](const std::string& text) { read_defocus(text, o); }),
             "Å, underfocus positive; uniform in LOW-HIGH; the CTFs of FILE.star; or none: no CTF at all")(
      "astigmatism",
      text_value("0", "Å|LOW-HIGH",
                 [&o](const std::string& text) { o.astigmatism = interval_of(text, "astigmatism"); }),
      "defocus U − V, half of it each way")(
      "astigmatism-angle",
      text_value("uniform", "uniform|DEGREES", [&o](const std::string& text) { read_angle(text, o); }),
      "of U from the x axis")(
      "phase-shift",
      text_value("0", "DEGREES|LOW-HIGH",
                 [&o](const std::string& text) { o.phase_shift = interval_of(text, "phase-shift"); }),
      "of a phase plate")("ctf-b-factor", po::value(&o.b_factor)->default_value(o.b_factor)->value_name("Å²"),
                          "envelope exp(−B k²/4)")(
      "voltage", po::value(&o.voltage_kv)->default_value(o.voltage_kv)->value_name("kV"),
      "of the microscope")("cs", po::value(&o.cs_mm)->default_value(o.cs_mm)->value_name("mm"),
                           "spherical aberration")(
      "amplitude-contrast",
      po::value(&o.amplitude_contrast)->default_value(o.amplitude_contrast)->value_name("Q"),
      "share of amplitude contrast")(
      "ctf-correction", po::value(&o.correction)->default_value(o.correction)->value_name("NAME"),
      "what is done to the images afterwards: none, phase-flip, premultiply or wiener")(
      "wiener-constant", po::value(&o.wiener_constant)->default_value(o.wiener_constant)->value_name("C"),
      "c of wiener: times CTF/(CTF² + c)");
}

void check_optics_options(const CommandLine& line, const OpticsOptions& o) {
  require_word(o.correction, "ctf-correction", {"none", "phase-flip", "premultiply", "wiener"});
  const std::vector<std::string> varying = {"astigmatism", "astigmatism-angle", "phase-shift"};
  const std::vector<std::string> fixed = {"ctf-b-factor", "voltage", "cs", "amplitude-contrast"};
  if (!o.ctf) {
    refuse_given(line, varying, "means nothing without a CTF (--defocus none)");
    refuse_given(line, {"ctf-b-factor", "ctf-correction"}, "means nothing without a CTF (--defocus none)");
  }
  if (!o.file.empty())
    for (const auto& names : {varying, fixed})
      refuse_given(line, names, "stands in " + o.file + " already; leave it out");
  if (o.astigmatism == Interval{}) refuse_given(line, {"astigmatism-angle"}, "goes with --astigmatism only");
  if (o.correction != "wiener")
    refuse_given(line, {"wiener-constant"}, "goes with --ctf-correction wiener only");
  if (!(o.wiener_constant > 0)) throw Error("option --wiener-constant: must be above 0");
  if (!(o.b_factor >= 0)) throw Error("option --ctf-b-factor: must be at least 0 Å²");
  if (!(o.voltage_kv > 0)) throw Error("option --voltage: must be above 0 kV");
  if (!(std::abs(o.amplitude_contrast) <= 1))
    throw Error("option --amplitude-contrast: must lie between -1 and 1");
}

}  // namespace elastem::cli
