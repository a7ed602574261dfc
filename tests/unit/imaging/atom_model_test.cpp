#include "imaging/atom_model.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// Carbon, International Tables C, table 4.3.2.2, written out once more.
constexpr double carbon_a[] = {0.0893, 0.2563, 0.7570, 1.0487, 0.3575};
constexpr double carbon_b[] = {0.2465, 1.7100, 6.4094, 18.6113, 50.2523};

// f(s) exp(-B s²) at the spatial frequency k = 2 s, Å.
double carbon_factor(double k, double b_factor) {
  const double squared = k * k / 4;
  double sum = 0;
  for (int i = 0; i < 5; ++i) sum += carbon_a[i] * std::exp(-carbon_b[i] * squared);
  return sum * std::exp(-b_factor * squared);
}

TEST(ScatteringKind, TransformIsTheScatteringFactor) {
  for (const double b_factor : {0.0, 40.0, 178.0}) {
    const AtomKind kind = scattering_kind("C", b_factor);
    for (const double k : {0.0, 0.05, 0.1, 0.25, 0.5, 1.0}) {
      double transform = 0;
      for (const GaussianTerm& term : kind)
        transform += term.weight * std::exp(-2 * pi * pi * term.sigma * term.sigma * k * k);
      // Five terms, and the exponent's own rounding: relative 2ε times its size of at most 57.
      EXPECT_NEAR(transform, carbon_factor(k, b_factor), 130 * epsilon * carbon_factor(0, 0)) << k;
    }
  }
}

TEST(ScatteringKind, ProjectionIsTheTransformOfTheFactorInTheClosedForm) {
  // By the projection-slice theorem the projection at distance r from the axis is ∫ f(k) J₀(2πkr) 2πk dk.
  constexpr double b_factor = 178, step = 1e-3, last = 0.8;  // exp(-(178+0.2)·0.8²/4) < 1e-12
  const AtomKind kind = scattering_kind("C", b_factor);
  for (const double r : {0.0, 0.7, 1.5, 3.0, 6.0}) {
    double closed = 0, integral = 0;
    for (const GaussianTerm& term : kind) {
      const double variance = term.sigma * term.sigma;
      closed += term.weight / (2 * pi * variance) * std::exp(-r * r / (2 * variance));
    }
    const int intervals = static_cast<int>(std::lround(last / step));
    for (int i = 0; i <= intervals; ++i) {  // Simpson
      const double k = i * step, weight = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
      integral += weight * carbon_factor(k, b_factor) * std::cyl_bessel_j(0.0, 2 * pi * k * r) * 2 * pi * k;
    }
    integral *= step / 3;
    // Simpson's error is (last/180)·step⁴·max|d⁴/dk⁴|; the integrand is at most 1 and changes at the rates
    // 2πr (the Bessel function) and 10 Å (the factor, 0.1 /Å wide). Beyond `last` lies less than 1e-12.
    const double error = last / 180 * std::pow(step * (2 * pi * r + 10), 4);
    EXPECT_NEAR(closed, integral, error + 1e-12) << r;
  }
}

TEST(ScatteringKind, DefaultBlurIsThatOfTheGaussianAtom) {
  const AtomModel model;
  EXPECT_NEAR(std::sqrt(model.b_factor / (8 * pi * pi)), model.sigma, 0.002);  // 178 is rounded to an integer
  for (const char* element : {"C", "N", "O", "S", "P"}) {
    double weight = 0, variance = 0;
    for (const GaussianTerm& term : scattering_kind(element, model.b_factor)) {
      EXPECT_GT(term.sigma, model.sigma) << element;
      weight += term.weight;
      variance += term.weight * term.sigma * term.sigma;
    }
    // The atom itself is 0.4 to 0.6 Å wide: hardly more in the whole.
    EXPECT_LT(std::sqrt(variance / weight), 1.1 * model.sigma) << element;
  }
}

TEST(ScatteringKind, KnowsTheElementsOfTheTable) {
  EXPECT_EQ(scattering_kind("ZN", 0).size(), 5u);
  EXPECT_EQ(scattering_kind("Zn", 0).front().weight, scattering_kind("ZN", 0).front().weight);
  EXPECT_NE(scattering_kind("Zn", 0).front().weight, scattering_kind("O", 0).front().weight);
  for (const char* element : {"X", "", "Es", "Qq"})
    expect_error([&] { scattering_kind(element, 0); },
                 {"element \"" + std::string(element) + "\"", "--atom-model gaussian"});
}

TEST(AtomDensity, HasTwoNames) {
  for (const AtomDensity density : {AtomDensity::gaussian, AtomDensity::scattering})
    EXPECT_EQ(parse_atom_density(to_string(density), "here"), density);
  expect_error([] { parse_atom_density("gausian", "here"); }, {"here", "did you mean gaussian"});
}

}  // namespace
}  // namespace elastem
