#include "imaging/atom_model.hpp"

#include <cmath>
#include <numbers>

#include <gemmi/c4322.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem {

AtomDensity parse_atom_density(const std::string& text, const std::string& what) {
  if (text == "gaussian") return AtomDensity::gaussian;
  if (text == "scattering") return AtomDensity::scattering;
  throw Error(what + ": \"" + text + "\"" + suggestion(text, {"gaussian", "scattering"}) +
              "; give gaussian or scattering");
}

std::string to_string(AtomDensity density) {
  return density == AtomDensity::gaussian ? "gaussian" : "scattering";
}

std::string description(const AtomModel& model) {
  if (model.density == AtomDensity::gaussian) return fmt::format("Gaussian atoms of {:g} Å", model.sigma);
  return fmt::format("electron scattering factors with a B-factor of {:g} Å²", model.b_factor);
}

AtomKind scattering_kind(const std::string& element, double b_factor) {
  using Table = gemmi::C4322<double>;
  const gemmi::Element known(element);
  if (known == gemmi::El::X || !Table::has(known.elem)) {
    throw Error("element \"" + element +
                "\" has no electron scattering factors (the International Tables have H to Cf); leave its "
                "atoms out, or give --atom-model gaussian");
  }
  const auto& factors = Table::get(known.elem);
  AtomKind kind;
  for (int i = 0; i < 5; ++i) {
    const double variance = (factors.b(i) + b_factor) / (8 * std::numbers::pi * std::numbers::pi);
    kind.push_back({factors.a(i), std::sqrt(variance)});
  }
  return kind;
}

}  // namespace elastem
