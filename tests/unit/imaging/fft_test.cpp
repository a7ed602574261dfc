#include "imaging/fft.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

template <class Real>
class FftTest : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(FftTest, Precisions);

template <class Real>
ImageOf<Real> noise_image(int size) {
  Random random(5, Stream::noise, 0);
  ImageOf<Real> image(size, size);
  for (auto& v : image.reshaped()) v = static_cast<Real>(random.normal());
  return image;
}

TYPED_TEST(FftTest, BackwardUndoesForwardAndParsevalHolds) {
  for (const int size : {8, 15, 64}) {
    Fft2<TypeParam> fft(size);
    const auto image = noise_image<TypeParam>(size);
    SpectrumOf<TypeParam> spectrum;
    fft.forward(image, spectrum);
    double power = 0;
    for (int row = 0; row < size; ++row) {
      for (int kx = 0; kx <= size / 2; ++kx) {
        power += column_multiplicity(kx, size) * static_cast<double>(std::norm(spectrum(row, kx)));
      }
    }
    const double energy = image.template cast<double>().square().sum();
    // Rounding of an FFT grows with log₂ of its length.
    const double relative = 10 * std::log2(size * size) * std::numeric_limits<TypeParam>::epsilon();
    EXPECT_NEAR(power / (size * size), energy, relative * energy);
    ImageOf<TypeParam> back;
    fft.backward(spectrum, back);
    EXPECT_LT((back - image).abs().maxCoeff(), relative * image.abs().maxCoeff());
  }
}

TYPED_TEST(FftTest, AShiftIsAPhase) {
  const int size = 12;
  Fft2<TypeParam> fft(size);
  ImageOf<TypeParam> image = ImageOf<TypeParam>::Zero(size, size);
  image(2, 5) = 1;  // y = 2, x = 5
  SpectrumOf<TypeParam> spectrum;
  fft.forward(image, spectrum);
  const double phase = -2 * std::numbers::pi * (3 * 2 + 4 * 5) / size;
  const double tolerance = 10 * std::numeric_limits<TypeParam>::epsilon();
  EXPECT_NEAR(spectrum(3, 4).real(), std::cos(phase), tolerance);
  EXPECT_NEAR(spectrum(3, 4).imag(), std::sin(phase), tolerance);
}

}  // namespace
}  // namespace elastem
