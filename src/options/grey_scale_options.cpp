#include "options/grey_scale_options.hpp"

#include "cli/value_text.hpp"
#include "core/error.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

std::optional<double> number_or_none(const std::string& text, const std::string& option) {
  if (text == "none") return std::nullopt;
  double value = 0;
  if (!read_number(text, value))
    throw Error("option --" + option + ": \"" + text + "\" is neither a number nor none");
  return value;
}

}  // namespace

void add_grey_scale_options(CommandLine& line, GreyScaleOptions& o) {
  line.topic("Noise and grey scale");
  line.add()("snr",
             po::value<std::string>()
                 ->default_value("0.1")
                 ->value_name("RATIO|none")
                 ->notifier([&o](const std::string& text) { o.snr = number_or_none(text, "snr"); }),
             "variance of the noise-free image over the variance of the noise")(
      "noise-before-ctf",
      po::value(&o.noise_before_ctf)->default_value(o.noise_before_ctf)->value_name("SHARE"),
      "share of the noise's variance that is coloured by the CTF, 0 to 1")(
      "noise-spectrum", po::value(&o.noise_spectrum)->value_name("FILE"),
      "text table of spatial frequency (1/Å) and relative power of the noise (by default white)")(
      "max-resolution", po::value(&o.max_resolution)->default_value(o.max_resolution)->value_name("Å"),
      "neither signal nor noise beyond it; 0: all that the pixels hold")(
      "normalise", po::value(&o.normalise)->default_value(o.normalise)->value_name("image|background|none"),
      "where the mean is brought to 0 and the variance to 1")(
      "background-radius",
      po::value<double>()
          ->notifier([&o](double value) { o.background_radius = value; })
          ->value_name("PIXELS"),
      "of the circle outside which the background lies (by default 0.45 image sides)")(
      "invert", po::bool_switch(&o.invert), "dark molecules on a bright ground, as a camera records them")(
      "bounds", po::value(&o.bounds)->default_value(o.bounds)->value_name("all|none"),
      "Cramér–Rao errors in truth.h5; without them a set is made faster");
}

void check_grey_scale_options(const CommandLine& line, const GreyScaleOptions& o) {
  require_word(o.normalise, "normalise", {"image", "background", "none"});
  require_word(o.bounds, "bounds", {"all", "none"});
  if (o.normalise != "background" && line.given("background-radius"))
    throw Error("option --background-radius: goes with --normalise background only");
  for (const char* name : {"noise-before-ctf", "noise-spectrum"})
    if (!o.snr && line.given(name))
      throw Error("option --" + std::string(name) + ": means nothing without noise (--snr none)");
}

}  // namespace elastem::cli
