#include "options/atom_model_option.hpp"

#include <cmath>

#include "core/error.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

void add(CommandLine& line, AtomModelOption& option, const std::string& density, const std::string& sigma,
         const std::string& b_factor) {
  const auto take = [](auto& to) { return [&to](const auto& value) { to = value; }; };
  line.add()("atom-model",
             po::value<std::string>()->notifier(take(option.density))->value_name("gaussian|scattering"),
             ("density of an atom in images: one Gaussian, or electron scattering factors of its element (by "
              "default " +
              density + ")")
                 .c_str())("atom-sigma", po::value<double>()->notifier(take(option.sigma))->value_name("Å"),
                           ("standard deviation of the Gaussian (by default " + sigma + ")").c_str())(
      "b-factor", po::value<double>()->notifier(take(option.b_factor))->value_name("Å²"),
      ("blur of the scattering factors, 8π² times its variance (by default " + b_factor + ")").c_str());
}

}  // namespace

void add_atom_model_options(CommandLine& line, AtomModelOption& option) {
  add(line, option, "gaussian", "1.5, for ca 2.5", "178, a blur of 1.5 Å");
}

void add_atom_model_overrides(CommandLine& line, AtomModelOption& option) {
  add(line, option, "as the modes file says", "as the modes file says", "as the modes file says");
}

void check_atom_model(const AtomModelOption& option) {
  if (option.sigma && !(*option.sigma > 0 && std::isfinite(*option.sigma)))
    throw Error("option --atom-sigma: must be above 0 Å");
  if (option.b_factor && !(*option.b_factor >= 0 && std::isfinite(*option.b_factor)))
    throw Error("option --b-factor: must be 0 Å² or more");
}

}  // namespace elastem::cli
