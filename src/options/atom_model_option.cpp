#include "options/atom_model_option.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem::cli {

namespace {

// By default they are what these texts say.
void add(OptionTable& table, AtomModelOption& option, const std::string& density, const std::string& sigma,
         const std::string& b_factor) {
  table.option(
      "atom-model", option.density, "gaussian|scattering",
      fmt::format("density of an atom in images: one Gaussian, or electron scattering factors of its "
                  "element (by default {})",
                  density));
  table
      .option("atom-sigma", option.sigma, "Å",
              fmt::format("standard deviation of the Gaussian (by default {})", sigma))
      .above(0)
      .within(1000);
  table
      .option("b-factor", option.b_factor, "Å²",
              fmt::format("blur of the scattering factors, 8π² times its variance (by default {})", b_factor))
      .at_least(0)
      .within(1e5);
}

constexpr const char* of_file = "as the modes file says";

}  // namespace

void add_atom_model_options(OptionTable& table, AtomModelOption& option) {
  add(table, option, "gaussian", "1.5, for ca 2.5", "178, a blur of 1.5 Å");
}

void add_atom_model_overrides(OptionTable& table, AtomModelOption& option) {
  add(table, option, of_file, of_file, of_file);
}

}  // namespace elastem::cli
