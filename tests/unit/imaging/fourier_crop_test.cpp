#include "imaging/fourier_crop.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "imaging/noise_spectrum.hpp"

namespace elastem {
namespace {

constexpr double sigma = 6;
constexpr double epsilon = std::numeric_limits<float>::epsilon();

// Two wide blobs, off the centre, seen on `grid`.
Image blobs(ImageGrid grid, const Eigen::Vector2d& shift) {
  ElasticModel model;
  model.positions.resize(3, 2);
  model.positions << 5, -11, -8, 4, 0, 0;
  model.weights.resize(2);
  model.weights << 6, 9;
  model.kinds = {{{1.0, sigma}}};
  Image image;
  Projector<float>(model, grid, 9).project(Eigen::VectorXd(0), Eigen::Matrix3d::Identity(), shift, image);
  return image;
}

Image cropped(const Image& image, int size) {
  const int full = static_cast<int>(image.rows());
  Spectrum spectrum, part;
  Fft2<float>(full).forward(image, spectrum);
  crop_spectrum(spectrum, full, size, part);
  Image result;
  Fft2<float>(size).backward(part, result);
  return result;
}

Eigen::Vector2d centre_of(const Image& image, double pixel_size) {
  const int size = static_cast<int>(image.rows());
  Eigen::Vector2d sum(0, 0);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x)
      sum += pixel_size * static_cast<double>(image(y, x)) * Eigen::Vector2d(x - size / 2, y - size / 2);
  return sum / image.cast<double>().sum();
}

TEST(FourierCrop, TheSizeIsTheSmallestThatHoldsTheBand) {
  // 200 Å, 10 Å: terms up to 20, so S'/2 ≥ 21; 42 has a factor 7, 44 a factor 11, 46 = 2·23, 48 = 2⁴·3.
  const ImageGrid grid = cropped_grid({100, 2.0}, 10);
  EXPECT_EQ(grid.size, 48);
  EXPECT_DOUBLE_EQ(grid.pixel_size, 200.0 / 48);
  // 211.2 Å at 6 Å: terms up to 35, 2·36 = 72.
  EXPECT_EQ(cropped_grid({96, 2.2}, 6).size, 72);
  EXPECT_EQ(smooth_size(1), 2);
  EXPECT_EQ(smooth_size(62), 64);
  for (const double resolution : {0.0, 4.0, 4.3, 1e-9}) {  // 62 terms at 4.3 Å would need 128
    const ImageGrid same = cropped_grid({128, 2.1}, resolution);
    EXPECT_EQ(same.size, 128) << resolution;
    EXPECT_EQ(same.pixel_size, 2.1) << resolution;
  }
}

TEST(FourierCrop, NyquistLiesBeyondTheBandAndTheBoxStays) {
  for (int size = 33; size < 400; size += 7) {
    for (double resolution = 3; resolution < 30; resolution += 0.7) {
      const ImageGrid full{size, 1.3}, grid = cropped_grid(full, resolution);
      EXPECT_LE(grid.size, size);
      EXPECT_NEAR(grid.size * grid.pixel_size, size * 1.3, 1e-12 * size);
      EXPECT_TRUE(grid.size == size || 2 * grid.pixel_size < resolution);
    }
  }
}

TEST(FourierCrop, ABlobIsTheBlobOfTheCoarseGrid) {
  const Eigen::Vector2d shift(3.7, -6.1);
  for (const auto& [full, size] : {std::pair{96, 48}, {95, 48}, {96, 45}, {75, 45}, {90, 89}}) {
    const ImageGrid fine{full, 2.0}, coarse{size, 2.0 * full / size};
    const Image expected = blobs(coarse, shift);
    const Image got = cropped(blobs(fine, shift), size);
    // The coarse grid lacks what lies beyond its Nyquist frequency and the drawn blob has it folded back:
    // each a few times exp(−2π²σ²/(2p')²) of the peak. The rest is rounding: two transforms, a footprint's
    // width of factors.
    const double beyond = std::exp(-0.5 * std::pow(std::numbers::pi * sigma / coarse.pixel_size, 2));
    const double bound = (4 * beyond + 100 * epsilon) * static_cast<double>(expected.maxCoeff());
    EXPECT_LT((got - expected).abs().maxCoeff(), bound) << full << " to " << size;
  }
}

TEST(FourierCrop, AShiftKeepsItsLength) {
  for (const auto& [full, size] : {std::pair{96, 48}, {95, 48}, {81, 45}}) {
    const double fine = 2.0, coarse = 2.0 * full / size;
    const Eigen::Vector2d from = centre_of(cropped(blobs({full, fine}, {0, 0}), size), coarse);
    const Eigen::Vector2d to = centre_of(cropped(blobs({full, fine}, {7.3, -4.9}), size), coarse);
    // First moments of size² rounded pixels up to 95 Å off.
    EXPECT_LT((to - from - Eigen::Vector2d(7.3, -4.9)).norm(), 95 * 100 * epsilon) << full << " to " << size;
    const Eigen::Vector2d before = centre_of(blobs({full, fine}, {0, 0}), fine);
    EXPECT_LT((from - before).norm(), 95 * 100 * epsilon) << full << " to " << size;
  }
}

TEST(FourierCrop, NyquistTermsAreZeroAndOthersUnscaled) {
  Spectrum full = Spectrum::Constant(12, 7, {2.0F, 1.0F}), cut;
  crop_spectrum(full, 12, 6, cut);
  for (int row = 0; row < 6; ++row) {
    for (int kx = 0; kx < 4; ++kx) {
      const bool nyquist = row == 3 || kx == 3;
      EXPECT_EQ(cut(row, kx), nyquist ? std::complex<float>(0) : full(0, 0)) << row << ", " << kx;
    }
  }
  crop_spectrum(full, 12, 12, cut);
  EXPECT_TRUE((cut == full).all());
  EXPECT_THROW(crop_spectrum(full, 12, 14, cut), Bug);
  EXPECT_THROW(crop_spectrum(full, 14, 12, cut), Bug);
}

TEST(FourierCrop, ALongerNoiseSpectrumReachesIntoTheCorners) {
  const NoiseSpectrum longer = {9, 1, 2, 3, 4, 5, 6};  // of 12 pixels
  const auto power = noise_on_half_grid(longer, 6);
  ASSERT_EQ(power.size(), 6U * 4U);
  EXPECT_EQ(power[3 * 4 + 3], 4);  // |k| = 4.24, a corner of the small grid
  EXPECT_EQ(power[0 * 4 + 3], 3);
  EXPECT_EQ(noise_on_half_grid({9, 1, 2, 3}, 6)[3 * 4 + 3], 3);
  EXPECT_THROW(noise_on_half_grid({9, 1, 2}, 6), Bug);
}

}  // namespace
}  // namespace elastem
