#pragma once

#include <string>

#include "core/name_table.hpp"
#include "imaging/elastic_model.hpp"

namespace elastem {

/// What the image of an atom is computed from.
enum class AtomDensity {
  gaussian,    ///< one Gaussian, as many electrons as the atom has
  scattering,  ///< electron scattering factors of the element
};

inline constexpr NamedValue<AtomDensity> atom_density_names[] = {{AtomDensity::gaussian, "gaussian"},
                                                                 {AtomDensity::scattering, "scattering"}};
constexpr NameTable<AtomDensity> name_table(AtomDensity) {
  return atom_density_names;
}

/// The density of every atom of a structure.
struct AtomModel {
  AtomDensity density = AtomDensity::gaussian;
  double sigma = 1.5;     ///< Å, of AtomDensity::gaussian
  double b_factor = 178;  ///< Å², of AtomDensity::scattering: 8π²σ² of the blur, here 1.5 Å
};

/// "gaussian" or "scattering"; throws Error naming `what` for anything else.
AtomDensity parse_atom_density(const std::string& text, const std::string& what);
std::string to_string(AtomDensity density);
/// For messages, e.g. "Gaussian atoms of 1.5 Å".
std::string description(const AtomModel& model);

/// Electron scattering of an element's neutral atom, blurred by a B-factor B:
///   f(s) exp(−B s²) = Σ_i a_i exp(−(b_i + B) s²), i = 1…5, s = sin θ / λ = |k|/2,
/// hence the density Σ_i a_i N₃(r; 0, σ_i²), σ_i² = (b_i + B)/(8π²), whose Fourier transform at k [1/Å] this
/// is. The weights a_i are in Å; the density times h²/(2π m e) = 47.88 V Å² is the atom's electrostatic
/// potential. Coefficients: International Tables for Crystallography C (2011), table 4.3.2.2, good up to
/// s = 2 /Å, as gemmi holds them. Throws Error for an element that is not in the table (H to Cf).
AtomKind scattering_kind(const std::string& element, double b_factor);

}  // namespace elastem
