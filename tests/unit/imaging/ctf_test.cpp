#include "imaging/ctf.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "core/random.hpp"

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
  EXPECT_NEAR(grid[15 * 9 + 3], ctf_value(ctf, 3 / (size * p), -1 / (size * p)), 1e-6);
  ctf.enabled = false;
  for (const float value : ctf_half_grid(ctf, size, p)) EXPECT_EQ(value, 1.0F);
}

// Every term of the fast grid against the formula, whose phase is taken in double precision throughout.
TEST(Ctf, GridFollowsTheFormulaForAnyOptics) {
  constexpr int size = 31;
  constexpr double p = 1.3;
  Random random(3, Stream::optics, 0);
  for (int trial = 0; trial < 40; ++trial) {
    Ctf ctf;
    ctf.defocus_u = random.uniform(-5000, 40000);
    ctf.defocus_v = ctf.defocus_u + random.uniform(-2000, 2000);
    ctf.defocus_angle = random.uniform(-180, 180);
    ctf.phase_shift = random.uniform(0, 180);
    ctf.b_factor = trial % 2 == 0 ? 0 : random.uniform(0, 100);
    ctf.amplitude_contrast = random.uniform(-0.2, 1);
    ctf.correction = static_cast<CtfCorrection>(trial % 4);
    const auto grid = ctf_half_grid(ctf, size, p), correction = correction_half_grid(ctf, size, p);
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column <= size / 2; ++column) {
        const double kx = column / (size * p), ky = (2 * row <= size ? row : row - size) / (size * p);
        const auto at = static_cast<std::size_t>(row * (size / 2 + 1) + column);
        // π times half a unit in the last place of a turn, and the rounding of a sine and an exponential.
        EXPECT_NEAR(grid[at], transfer_value(ctf, kx, ky), 1e-6);
        const double bare = ctf_value(ctf, kx, ky);
        if (std::abs(bare) > 1e-6) {  // its sign is sure
          EXPECT_NEAR(grid[at], static_cast<double>(correction[at]) * bare, 1e-5);
        }
      }
    }
  }
}

TEST(Ctf, WarnsOfUndersampling) {
  EXPECT_FALSE(ctf_undersampled(reference(), 64, 2.2));
  Ctf strong = reference();
  strong.defocus_u = 30000;
  EXPECT_TRUE(ctf_undersampled(strong, 64, 2.2));
}

}  // namespace
}  // namespace elastem
