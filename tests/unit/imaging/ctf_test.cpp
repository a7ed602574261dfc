#include "imaging/ctf.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace elastem {
namespace {

Ctf reference() {
  Ctf ctf;
  ctf.defocus_u = ctf.defocus_v = 5000;
  ctf.voltage_kv = 200;
  ctf.cs_mm = 2;
  ctf.amplitude_contrast = 0.1;
  return ctf;
}

TEST(Ctf, WavelengthsAreThePublishedOnes) {
  // Relativistic wavelengths from the CODATA constants. The rounded constants of the formula, which RELION
  // uses too, are off by less than 1e−5.
  EXPECT_NEAR(electron_wavelength(100), 0.03701436, 1e-5 * 0.037);
  EXPECT_NEAR(electron_wavelength(200), 0.02507934, 1e-5 * 0.025);
  EXPECT_NEAR(electron_wavelength(300), 0.01968748, 1e-5 * 0.020);
}

TEST(Ctf, AtTheOriginItIsTheAmplitudeContrast) {
  EXPECT_DOUBLE_EQ(ctf_value(reference(), 0, 0), 0.1);
}

TEST(Ctf, FirstMaximumLiesWhereThePhaseSaysIt) {
  // Without C_s, χ + asin Q = π/2 at k² = (½ − asin(Q)/π)/(λ Δf): there the CTF is 1.
  Ctf ctf = reference();
  ctf.cs_mm = 0;
  const double k = std::sqrt((0.5 - std::asin(0.1) / std::numbers::pi) / (electron_wavelength(200) * 5000));
  EXPECT_NEAR(ctf_value(ctf, k, 0), 1, 8 * std::numeric_limits<double>::epsilon());
}

TEST(Ctf, AstigmatismIsTurnedWithItsAngle) {
  Ctf ctf = reference();
  ctf.defocus_v = 4000;
  ctf.defocus_angle = 30;
  Ctf along = reference();
  const double k = 0.07, angle = std::numbers::pi / 6;
  const double tolerance = 1e3 * std::numeric_limits<double>::epsilon();  // χ is about 10
  EXPECT_NEAR(ctf_value(ctf, k * std::cos(angle), k * std::sin(angle)), ctf_value(along, k, 0), tolerance);
  along.defocus_u = along.defocus_v = 4000;
  EXPECT_NEAR(ctf_value(ctf, -k * std::sin(angle), k * std::cos(angle)), ctf_value(along, k, 0), tolerance);
}

TEST(Ctf, EnvelopeAndPhaseShift) {
  Ctf ctf = reference();
  ctf.b_factor = 100;
  EXPECT_DOUBLE_EQ(ctf_value(ctf, 0.1, 0), ctf_value(reference(), 0.1, 0) * std::exp(-0.25 * 100 * 0.01));
  ctf = reference();
  ctf.phase_shift = 90;
  EXPECT_DOUBLE_EQ(ctf_value(ctf, 0, 0), std::sqrt(1 - 0.01));
}

TEST(Ctf, GridIsInFftOrder) {
  Ctf ctf = reference();
  ctf.defocus_v = 4000;
  const int size = 16;
  const double p = 2.2;
  const auto grid = ctf_half_grid(ctf, size, p);
  ASSERT_EQ(grid.size(), 16U * 9U);
  EXPECT_FLOAT_EQ(grid[15 * 9 + 3], static_cast<float>(ctf_value(ctf, 3 / (size * p), -1 / (size * p))));
  ctf.enabled = false;
  for (const float value : ctf_half_grid(ctf, size, p)) EXPECT_EQ(value, 1.0F);
}

TEST(Ctf, WarnsOfUndersampling) {
  EXPECT_FALSE(ctf_undersampled(reference(), 64, 2.2));
  Ctf strong = reference();
  strong.defocus_u = 30000;
  EXPECT_TRUE(ctf_undersampled(strong, 64, 2.2));
}

}  // namespace
}  // namespace elastem
