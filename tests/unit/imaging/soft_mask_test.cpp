#include "imaging/soft_mask.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/noise_spectrum.hpp"

namespace elastem {
namespace {

TEST(SoftMask, FallsAlongAHalfCosine) {
  const Image mask = soft_circle(64, 10, {3, -2});
  EXPECT_EQ(mask(30, 35), 1);  // the centre
  EXPECT_EQ(mask(30, 45), 1);  // 10 pixels right of it
  EXPECT_FLOAT_EQ(mask(30, 46), static_cast<float>(0.5 * (1 + std::cos(std::numbers::pi / 5))));
  EXPECT_EQ(mask(30, 50), 0);  // 15
  EXPECT_EQ(mask(0, 0), 0);
}

TEST(SoftMask, NoiseKeepsItsPowerAndWhatLiesOutsideGoes) {
  const int size = 64, images = 200;
  const double sigma = 0.7, expected = size * size * sigma * sigma;
  const Image mask = soft_circle(size, 14, {2, 1});
  const std::vector<double> power(static_cast<std::size_t>(size * (size / 2 + 1)), expected);
  const auto shells = half_grid_shells(size);
  Fft2<float> fft(size);
  Spectrum spectrum;
  std::vector<double> mean(33, 0.0), terms(33, 0.0);
  for (int i = 0; i < images; ++i) {
    Random random(1, Stream::noise, static_cast<std::uint64_t>(i));
    Image image(size, size);
    for (auto& v : image.reshaped()) v = static_cast<float>(5 + sigma * random.normal());
    image.block(0, 0, 12, 12) += 50.0F;  // a neighbour
    mask_image(image, mask, power, static_cast<std::uint64_t>(i), fft);
    EXPECT_LT(image.block(0, 0, 12, 12).maxCoeff(), 7 * sigma);  // the largest deviate is 6.7
    fft.forward(image, spectrum);
    for (std::size_t t = 1; t < shells.size(); ++t) {
      const int m = column_multiplicity(static_cast<int>(t) % 33, size);
      mean[static_cast<std::size_t>(shells[t])] += m * static_cast<double>(std::norm(spectrum.data()[t]));
      terms[static_cast<std::size_t>(shells[t])] += m;
    }
  }
  // A neighbour on a twentieth of the ground shifts its median by 0.06 σ, a disc that shows in the lowest
  // shells only.
  for (std::size_t r = 4; r < mean.size(); ++r)
    EXPECT_NEAR(mean[r] / terms[r], expected, 5 * expected * std::sqrt(2 / terms[r])) << "shell " << r;
}

TEST(SoftMask, WithinTheMaskOnlyTheMeanChangesAndACoverLeavesAll) {
  const int size = 32;
  Fft2<float> fft(size);
  Image image(size, size);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) image(y, x) = static_cast<float>(std::hypot(x - 16, y - 16) < 8 ? x : 3);
  const std::vector<double> power(static_cast<std::size_t>(size * (size / 2 + 1)), 1.0);
  Image masked = image;
  mask_image(masked, soft_circle(size, 9, {0, 0}), power, 7, fft);
  EXPECT_LT((masked - (image - 3.0F)).block(14, 10, 5, 13).abs().maxCoeff(), 1e-5F);
  Image again = image;
  mask_image(again, soft_circle(size, 9, {0, 0}), power, 7, fft);
  EXPECT_TRUE((again == masked).all());
  mask_image(again, soft_circle(size, 9, {0, 0}), power, 8, fft);
  EXPECT_FALSE((again == masked).all());
  Image covered = image;
  mask_image(covered, soft_circle(size, 30, {0, 0}), power, 7, fft);
  EXPECT_TRUE((covered == image).all());
  EXPECT_THROW(mask_image(covered, soft_circle(16, 9, {0, 0}), power, 7, fft), Bug);
}

}  // namespace
}  // namespace elastem
