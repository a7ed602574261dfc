#include "cli/synthesize_options.hpp"

#include <charconv>
#include <cmath>

#include "core/error.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

// A number, or none for the word "none".
std::optional<double> number_or_none(const std::string& text, const std::string& option) {
  if (text == "none") return std::nullopt;
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    throw Error("option --" + option + ": \"" + text + "\" is neither a number nor none");
  }
  return value;
}

void check(const SynthesizeOptions& o) {
  if (o.count < 1) throw Error("option --number: " + std::to_string(o.count) + " particles; give 1 or more");
  if (!(o.voltage_kv > 0)) throw Error("option --voltage: must be above 0 kV");
  if (!(std::abs(o.amplitude_contrast) <= 1)) {
    throw Error("option --amplitude-contrast: must lie between -1 and 1");
  }
}

}  // namespace

std::optional<SynthesizeOptions> parse_synthesize_options(const std::vector<std::string>& arguments,
                                                          std::string& help) {
  SynthesizeOptions o;
  std::string snr, psi, defocus;
  double amplitude = 0;
  CommandLine line("synthesize", "Particle images of a flexible structure, with their truth", o.common,
                   Resumable::yes);
  line.add()("modes-file,m", po::value(&o.modes_file)->required()->value_name("FILE"),
             "structure and modes, as `elastem modes` writes them")(
      "output,o", po::value(&o.output)->required()->value_name("FILE.star"),
      "particles to write; the stack, truth.star and truth.h5 go to the same folder")(
      "number,n", po::value(&o.count)->default_value(o.count)->value_name("N"), "number of particles")(
      "modes", po::value(&o.modes)->required()->value_name("LIST"), "modes that move, e.g. 7-9")(
      "relation", po::value(&o.relation)->default_value(o.relation)->value_name("NAME"),
      "how the amplitudes are distributed: helix, linear or clusters")(
      "amplitude", po::value(&amplitude)->value_name("Å"),
      "size of the motion (by default 4.9·√N for N atoms: 4.9 Å RMSD)")(
      "size", po::value(&o.size)->default_value(o.size)->value_name("PIXELS"), "side of the images")(
      "pixel-size", po::value(&o.pixel_size)->default_value(o.pixel_size)->value_name("Å"),
      "size of a pixel")("snr", po::value(&snr)->default_value("0.1")->value_name("RATIO|none"),
                         "variance of the noise-free image over the variance of the noise")(
      "noise-before-ctf", po::value(&o.noise_before_ctf)->default_value(0)->value_name("SHARE"),
      "share of the noise's variance that is coloured by the CTF, 0 to 1")(
      "psi", po::value(&psi)->default_value("uniform")->value_name("uniform|0"), "in-plane rotation")(
      "shift-px", po::value(&o.shift_px)->default_value(o.shift_px)->value_name("PIXELS"),
      "shifts are uniform in ± this along x and y")(
      "defocus", po::value(&defocus)->default_value("5000")->value_name("Å|none"),
      "underfocus is positive; none: no CTF at all")(
      "voltage", po::value(&o.voltage_kv)->default_value(o.voltage_kv)->value_name("kV"),
      "of the microscope")("cs", po::value(&o.cs_mm)->default_value(o.cs_mm)->value_name("mm"),
                           "spherical aberration")(
      "amplitude-contrast",
      po::value(&o.amplitude_contrast)->default_value(o.amplitude_contrast)->value_name("Q"),
      "share of amplitude contrast");
  add_atom_model_overrides(line, o.atom_model);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  if (line.given("amplitude")) o.amplitude = amplitude;
  o.snr = number_or_none(snr, "snr");
  o.defocus = number_or_none(defocus, "defocus");
  if (psi != "uniform" && psi != "0") throw Error("option --psi: \"" + psi + "\"; give uniform or 0");
  o.psi_uniform = psi == "uniform";
  check_atom_model(o.atom_model);
  o.effective = line.effective();
  check(o);
  return o;
}

}  // namespace elastem::cli
