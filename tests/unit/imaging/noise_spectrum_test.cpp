#include "imaging/noise_spectrum.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

TEST(NoiseSpectrum, WhiteNoiseIsFlat) {
  const int size = 64, images = 60;
  const double sigma = 0.7;
  Fft2<float> fft(size);
  NoiseSpectrum mean(33, 0.0);
  for (int i = 0; i < images; ++i) {
    Random random(1, Stream::noise, static_cast<std::uint64_t>(i));
    Image image(size, size);
    for (auto& v : image.reshaped()) v = static_cast<float>(sigma * random.normal());
    // A bright particle inside the circle is not noise.
    image.block(24, 24, 16, 16) += 50.0F;
    const auto one = background_spectrum(image, 29, fft);
    for (std::size_t r = 0; r < mean.size(); ++r) mean[r] += one[r] / images;
  }
  const double expected = size * size * sigma * sigma;
  for (std::size_t r = 4; r < mean.size(); ++r) {
    // About 2πr independent terms per shell, halved by symmetry, times the share of the box outside the
    // circle.
    const double terms = std::numbers::pi * static_cast<double>(r) * images * 0.3;
    EXPECT_NEAR(mean[r], expected, 5 * expected / std::sqrt(terms)) << "shell " << r;
  }
}

TEST(NoiseSpectrum, ShellsCoverTheHalfGrid) {
  const auto shells = half_grid_shells(8);
  ASSERT_EQ(shells.size(), 8U * 5U);
  EXPECT_EQ(shells[0], 0);
  EXPECT_EQ(shells[4], 4);
  EXPECT_EQ(shells[4 * 5 + 4], 4);  // the corner
  EXPECT_EQ(shells[7 * 5 + 0], 1);  // ky = −1
}

TEST(NoiseSpectrum, IsSmoothBetweenShells) {
  constexpr int size = 8;
  const NoiseSpectrum spectrum = {1, 2, 8, 4, 3};
  const auto power = smooth_noise_on_half_grid(spectrum, size);
  const auto at = [&](int row, int kx) { return power[static_cast<std::size_t>(row * (size / 2 + 1) + kx)]; };
  constexpr double rounding = 1e-14;  // of a power, some ε
  EXPECT_NEAR(at(0, 1), 2, 2 * rounding);
  EXPECT_NEAR(at(size - 2, 0), 8, 8 * rounding);
  const double share = std::sqrt(2.0) - 1;  // |k| of (1, 1)
  EXPECT_NEAR(at(1, 1), 2 * std::pow(4, share), 8 * rounding);
  EXPECT_NEAR(at(4, 4), 3, 3 * rounding);  // corners
}

}  // namespace
}  // namespace elastem
