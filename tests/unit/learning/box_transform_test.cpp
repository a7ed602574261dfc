#include "learning/box_transform.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "imaging/white_noise.hpp"
#include "learning/network_input.hpp"
#include "small_model.hpp"

namespace elastem {
namespace {

constexpr float single = std::numeric_limits<float>::epsilon();
constexpr ImageGrid known{64, 2.2};
constexpr int input_size = 32;

Ctf no_ctf() {
  Ctf ctf;
  ctf.enabled = false;
  return ctf;
}

Image noise(int size, std::uint64_t index) {
  Image image(size, size);
  fill_normal(4, Stream::noise, index, {image.data(), static_cast<std::size_t>(image.size())});
  return image;
}

/// The particle with a label, as images of a grid show it.
Image particle(ImageGrid grid, const Label& label) {
  const ElasticModel model = test::small_model();
  Projector<float> projector(model, grid);
  Image image;
  projector.project(label.amplitudes, label.rotation, label.shift, image);
  return image;
}

Image input_of(const Image& image, ImageGrid grid, const Ctf& ctf) {
  InputMaker maker(known, input_size, grid);
  Image input;
  maker.prepare(image, ctf, input);
  return input;
}

class BoxTransformOfSize : public testing::TestWithParam<int> {};

TEST_P(BoxTransformOfSize, OfTheGridItselfIsTheCrop) {
  const ImageGrid grid{GetParam(), 2.2};
  const Image image = noise(grid.size, 1);
  InputMaker maker(grid, input_size);
  Spectrum expected, spectrum;
  maker.crop(image, expected);
  const BoxTransform box(grid, grid, input_size);
  box.transform(image, spectrum);
  ASSERT_EQ(spectrum.rows(), expected.rows());
  ASSERT_EQ(spectrum.cols(), expected.cols());
  expected(0, 0) = spectrum(0, 0) = 0;  // the background
  // Sums of S² terms of size 1, whose roundings add up at random.
  EXPECT_LT((spectrum - expected).abs().maxCoeff(), 8 * single * static_cast<float>(grid.size));
  EXPECT_NEAR(box.noise_share(), 1, 10 * std::numeric_limits<double>::epsilon());
}

INSTANTIATE_TEST_SUITE_P(EvenAndOdd, BoxTransformOfSize, testing::Values(64, 63, 34));

TEST(InputOfAnotherGrid, IsThatOfTheKnownGridWhereTheyAreTheSame) {
  const Image image = noise(known.size, 2);
  InputMaker maker(known, input_size);
  Image input;
  maker.prepare(image, no_ctf(), input);
  EXPECT_TRUE((input == input_of(image, known, no_ctf())).all());
  EXPECT_TRUE((input == input_of(image, {known.size, 2.2 * (1 + 5e-4)}, no_ctf())).all());
}

TEST(InputOfAnotherGrid, ShowsTheSameParticle) {
  Ctf ctf;
  ctf.defocus_u = 5000;
  ctf.defocus_v = 5000;
  for (const ImageGrid grid : {ImageGrid{96, 1.6}, {128, 1.1}, {80, 2.2}, {57, 2.7}, {50, 2.2}, {44, 3.0}})
    for (std::uint64_t i = 0; i < 3; ++i)
      for (const Ctf& of : {no_ctf(), ctf}) {
        const Label label = test::random_label(i);
        const Image expected = input_of(particle(known, label), known, of);
        Image input = input_of(particle(grid, label), grid, of);
        input *= std::sqrt(expected.square().sum() /
                           input.square().sum());  // the scale is that of noise, see below
        // Footprints end at 10⁻⁴ of an atom's peak, on each grid at other places.
        EXPECT_LT((input - expected).abs().maxCoeff(), 1e-3 * expected.maxCoeff())
            << grid.size << " pixels of " << grid.pixel_size << " Å";
      }
}

TEST(InputOfAnotherGrid, NoiseIsAsStrongAsTheNetworkKnowsItWhereThereIsAny) {
  // White noise of images half as wide, and of pixels too coarse for the network's band.
  for (const ImageGrid grid : {ImageGrid{32, 2.2}, ImageGrid{24, 5.9}}) {
    const BoxTransform box(grid, known, input_size);
    constexpr int images = 20;
    constexpr Eigen::Index quarter = input_size / 4, inner = input_size / 2;
    double power = 0, central = 0;
    for (std::uint64_t i = 0; i < images; ++i) {
      const Image input = input_of(noise(grid.size, i), grid, no_ctf());
      EXPECT_NEAR(input.square().mean(), box.noise_share(), 100 * single);
      power += input.square().mean() / images;
      central += input.block(quarter, quarter, inner, inner).square().mean() / images;
    }
    const double heard =
        std::min(1.0, std::pow(known.pixel_size * known.size / (grid.pixel_size * input_size), 2));
    // Of 20·16² pixels, of which `heard` are independent; four standard deviations. The edge is half a pixel
    // wide.
    EXPECT_NEAR(central / heard, 1, 4 * std::sqrt(2 / (images * inner * inner * heard)) + 0.1)
        << grid.pixel_size;
  }
}

TEST(InputOfAnotherGrid, HasNothingBeyondTheNyquistFrequencyOfTheImages) {
  const ImageGrid coarse{24, 5.9};  // 141.6 Å, 2·5.9 Å: 11 whole waves in the network's 140.8 Å
  const BoxTransform box(coarse, known, input_size);
  Spectrum spectrum;
  box.transform(noise(coarse.size, 3), spectrum);
  EXPECT_GT(spectrum(11, 11).real() * spectrum(11, 11).real() + std::norm(spectrum(11, 0)), 0);
  EXPECT_EQ(spectrum.rightCols(spectrum.cols() - 12).abs().maxCoeff(), 0);
  EXPECT_EQ(spectrum.middleRows(12, input_size - 23).abs().maxCoeff(), 0);
}

TEST(InputOfAnotherGrid, DoesNotSeeWhatLiesOutsideTheBox) {
  const ImageGrid wide{128, 2.2};
  Image image = noise(wide.size, 5);
  const Image input = input_of(image, wide, no_ctf());
  image.block(4, 4, 10, 100) += 100;  // a neighbour near the rim, not on it
  EXPECT_LT((input_of(image, wide, no_ctf()) - input).abs().maxCoeff(), 100 * single);
}

TEST(InputOfAnotherGrid, RefusesAnImageOfAnotherSize) {
  const BoxTransform box({80, 2.2}, known, input_size);
  Spectrum spectrum;
  EXPECT_THROW(box.transform(noise(64, 1), spectrum), Bug);
}

}  // namespace
}  // namespace elastem
