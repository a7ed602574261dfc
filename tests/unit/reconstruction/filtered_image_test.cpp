#include "reconstruction/filtered_image.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace elastem {
namespace {

constexpr double pixel_size = 2;

// A wave of (kx, ky) periods per box about the origin pixel.
Image wave(int size, int kx, int ky) {
  Image image(size, size);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x)
      image(y, x) =
          static_cast<float>(std::cos(2 * M_PI * (kx * (x - size / 2) + ky * (y - size / 2)) / size));
  return image;
}

TEST(FilteredImage, IsTheImageBetweenItsPixels) {
  for (const int size : {32, 33}) {
    Fft2<float> fft(size);
    Spectrum spectrum;
    fft.forward(wave(size, 3, -2), spectrum);
    const std::vector<float> transfer(static_cast<std::size_t>(size * (size / 2 + 1)), 0.5F);
    const Spectrum weights = Spectrum::Constant(size, size / 2 + 1, std::complex<float>(0.25F));
    FilteredImage filtered({size, pixel_size}, {size, pixel_size}, size / 2.0);
    filtered.make(spectrum, transfer, weights, {0.0, 100.0});  // CTF/W = 2
    for (const auto& [x, y] : {std::pair(0.0, 0.0), std::pair(5.3, -7.1), std::pair(-11.7, 4.4)}) {
      const double expected = 2 * std::cos(2 * M_PI * (3 * x - 2 * y) / (size * pixel_size));
      EXPECT_NEAR(filtered.at(static_cast<float>(x), static_cast<float>(y)), expected, 0.04) << size;
    }
    EXPECT_EQ(filtered.at(500, 0), 0);
  }
}

TEST(FilteredImage, IsRegularisedAndLimited) {
  constexpr int size = 32;
  Fft2<float> fft(size);
  Spectrum spectrum;
  fft.forward(wave(size, 4, 0), spectrum);
  const std::vector<float> transfer(size * (size / 2 + 1), 1);
  const Spectrum nothing = Spectrum::Zero(size, size / 2 + 1);
  FilteredImage filtered({size, pixel_size}, {size, pixel_size}, 16);
  filtered.make(spectrum, transfer, nothing, {0.1, 64.0});  // 0.1·64/(8·8 cells of the fine grid) = 0.1
  EXPECT_NEAR(filtered.at(0, 0), 10, 0.2);  // at a fine pixel what interpolation would take is there
  FilteredImage coarse({size, pixel_size}, {size, pixel_size}, 3);
  coarse.make(spectrum, transfer, Spectrum::Ones(size, size / 2 + 1), {0.0, 64.0});
  EXPECT_NEAR(coarse.at(0, 0), 0, 1e-5);
  // The wave of 4 cells has 8 on a map of twice the box, of pixels a quarter as large.
  FilteredImage zoomed({size, pixel_size}, {4 * size, pixel_size / 2}, 8.5),
      blurred({size, pixel_size}, {4 * size, pixel_size / 2}, 7.5);
  zoomed.make(spectrum, transfer, nothing, {0.1, 64.0});
  EXPECT_NEAR(zoomed.at(0, 0), 20.0 / 4, 0.1);  // 0.1·64/(8·16)
  blurred.make(spectrum, transfer, nothing, {0.1, 64.0});
  EXPECT_NEAR(blurred.at(0, 0), 0, 1e-5);
}

}  // namespace
}  // namespace elastem
