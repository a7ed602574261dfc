#include "synthesis/optics.hpp"

#include <cmath>

#include <Eigen/Core>
#include <gtest/gtest.h>

namespace elastem {
namespace {

TEST(Optics, ValuesAreUniformInTheirIntervals) {
  constexpr int n = 20000;
  const OpticsDistribution optics{{5000, 25000}, {-200, 600}, std::nullopt, {20, 120}};
  Eigen::Array4d sum = Eigen::Array4d::Zero(), squares = Eigen::Array4d::Zero();
  for (std::uint64_t i = 0; i < n; ++i) {
    const Ctf ctf = draw_ctf(optics, Ctf{}, 1, i);
    const Eigen::Array4d fraction{(0.5 * (ctf.defocus_u + ctf.defocus_v) - 5000) / 20000,
                                  (ctf.defocus_u - ctf.defocus_v + 200) / 800, ctf.defocus_angle / 180,
                                  (ctf.phase_shift - 20) / 100};
    constexpr double rounding = 1e-12;  // of the mean and the difference of U and V
    EXPECT_GE(fraction.minCoeff(), -rounding);
    EXPECT_LE(fraction.maxCoeff(), 1 + rounding);
    sum += fraction;
    squares += fraction.square();
  }
  // Uniform in [0, 1): mean 1/2, variance 1/12; of the square 1/3 and 1/5 − 1/9.
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_LE((sum / n - 0.5).abs().maxCoeff(), 5 * std::sqrt(1.0 / 12) / root);
  EXPECT_LE((squares / n - 1.0 / 3).abs().maxCoeff(), 5 * std::sqrt(1.0 / 5 - 1.0 / 9) / root);
}

TEST(Optics, WhatIsFixedStandsAsItIsAndLeavesTheOthersAlone) {
  Ctf common;
  common.voltage_kv = 200;
  common.b_factor = 50;
  const OpticsDistribution wide{{5000, 25000}, {100, 500}, std::nullopt, {0, 90}};
  OpticsDistribution fixed = wide;
  fixed.astigmatism = {300, 300};
  fixed.angle = 30;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Ctf a = draw_ctf(wide, common, 4, i), b = draw_ctf(fixed, common, 4, i);
    EXPECT_EQ(b.defocus_angle, 30);
    EXPECT_EQ(b.phase_shift, a.phase_shift);
    const double d = 0.5 * (a.defocus_u + a.defocus_v);
    EXPECT_NEAR(b.defocus_u, d + 150, 1e-11 * d);
    EXPECT_NEAR(b.defocus_v, d - 150, 1e-11 * d);
    EXPECT_EQ(b.voltage_kv, 200);
    EXPECT_EQ(b.b_factor, 50);
  }
}

}  // namespace
}  // namespace elastem
