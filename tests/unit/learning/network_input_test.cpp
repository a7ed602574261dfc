#include "learning/network_input.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "learning/augmentation.hpp"
#include "learning/network.hpp"

namespace elastem {
namespace {

constexpr float single = std::numeric_limits<float>::epsilon();

/// cos 2π(kx·x + ky·y)/S about the origin pixel.
Image wave(int size, int kx, int ky) {
  Image image(size, size);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x)
      image(y, x) = static_cast<float>(
          std::cos(2 * std::numbers::pi * (kx * (x - size / 2) + ky * (y - size / 2)) / size));
  return image;
}

Image noise(int size, std::uint64_t index) {
  Random random(4, Stream::noise, index);
  Image image(size, size);
  for (float& pixel : image.reshaped<Eigen::RowMajor>()) pixel = static_cast<float>(random.normal());
  return image;
}

const Ctf no_ctf = [] {
  Ctf ctf;
  ctf.enabled = false;
  return ctf;
}();

class InputOfSize : public testing::TestWithParam<int> {};

TEST_P(InputOfSize, KeepsAWaveBelowNyquist) {
  const int size = GetParam();
  const int input_size = network_input_size({size, 2.0}, 9.0);
  ASSERT_EQ(input_size, size == 20 ? 16 : 32);
  InputMaker maker({size, 2.0}, input_size);
  Image input;
  maker.prepare(wave(size, 3, -5), no_ctf, input);
  // Variance 1 makes the wave's amplitude √2.
  const Image expected = std::sqrt(2.0F) * wave(input_size, 3, -5);
  EXPECT_LT((input - expected).abs().maxCoeff(), 100 * single);
}

INSTANTIATE_TEST_SUITE_P(LargerOddEqualSmaller, InputOfSize, testing::Values(64, 63, 32, 20));

TEST(InputSize, IsTheSmallestThatKeepsTheDetail) {
  EXPECT_EQ(network_input_size({64, 2.2}, 9), 32);    // 2·64·2.2/9 = 31.3 terms
  EXPECT_EQ(network_input_size({64, 2.25}, 9), 48);   // 32 of them: their line is the Nyquist frequency's
  EXPECT_EQ(network_input_size({128, 2.2}, 9), 64);   // 62.6
  EXPECT_EQ(network_input_size({256, 1.1}, 9), 64);   // the same box, the same detail
  EXPECT_EQ(network_input_size({256, 1.1}, 30), 32);  // 18.8, but never less than 32
  EXPECT_EQ(network_input_size({128, 2.2}, 2), 128);  // 281: all the image has
  EXPECT_EQ(network_input_size({100, 2.2}, 2), 96);   // whole multiples of 16
  EXPECT_EQ(network_input_size({20, 3}, 9), 16);      // an image below 32
}

TEST(Input, LosesAWaveAtOrAboveNyquist) {
  InputMaker maker({64, 2.0}, 32);
  Spectrum spectrum;
  for (const int k : {16, 20}) {
    maker.crop(wave(64, k, 2), spectrum);
    EXPECT_LT(spectrum.abs().maxCoeff(), 32 * 32 * 20 * single) << k;
  }
}

TEST(Input, HasMeanZeroAndVarianceOneWhateverTheScale) {
  InputMaker maker({64, 2.0}, 32);
  Image input, scaled;
  maker.prepare(noise(64, 1), no_ctf, input);
  EXPECT_NEAR(input.mean(), 0, 10 * single);
  EXPECT_NEAR(input.square().mean(), 1, 100 * single);
  maker.prepare(255 * noise(64, 1) + 1000, no_ctf, scaled);
  EXPECT_LT((input - scaled).abs().maxCoeff(), 4 * 1000 * single);  // 1000 was added in single precision
}

TEST(Input, CommutesWithTurnsAndMirrors) {
  InputMaker maker({64, 2.0}, 32);
  const Image image = noise(64, 2);
  Image input, changed;
  maker.prepare(image, no_ctf, input);
  for (const Symmetry& symmetry : image_symmetries()) {
    maker.prepare(transformed(image, symmetry), no_ctf, changed);
    EXPECT_LT((changed - transformed(input, symmetry)).abs().maxCoeff(), 100 * single);
  }
}

TEST(Input, FlipsTheSignsOfTheCtf) {
  const ImageGrid grid{64, 2.2};
  Ctf ctf;
  ctf.defocus_u = 20000;
  ctf.defocus_v = 17000;
  ctf.defocus_angle = 30;
  InputMaker maker(grid, 32);
  ImageOf<float> magnitude, sign;
  maker.transfer(ctf, magnitude, sign);
  EXPECT_GT((sign > 0).count(), 50);
  EXPECT_GT((sign < 0).count(), 50);
  // An image times its CTF comes out as an image times |CTF|.
  const Image image = noise(64, 3);
  Fft2<float> fft(64);
  Spectrum spectrum;
  fft.forward(image, spectrum);
  const std::vector<float> transfer = ctf_half_grid(ctf, 64, grid.pixel_size);
  for (Eigen::Index i = 0; i < spectrum.size(); ++i)
    spectrum.data()[i] *= transfer[static_cast<std::size_t>(i)];
  Image with_ctf, flipped, expected;
  fft.backward(spectrum, with_ctf);
  maker.prepare(with_ctf, ctf, flipped);
  Spectrum cropped;
  maker.crop(image, cropped);
  cropped *= magnitude;
  maker.finish(cropped, expected);
  EXPECT_LT((flipped - expected).abs().maxCoeff(), 200 * single);
}

}  // namespace
}  // namespace elastem
