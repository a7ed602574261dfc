#include "synthesis/synthesizer.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/units.hpp"
#include "small_recipe.hpp"

namespace elastem {
namespace {

double mean_of(const Image& image) {
  return image.cast<double>().mean();
}
double variance_of(const Image& image) {
  return (image.cast<double>() - mean_of(image)).square().mean();
}

TEST(Synthesizer, ImagesHaveMeanZeroAndVarianceOne) {
  const ElasticModel model = small_model();
  Synthesizer synthesizer(model, small_recipe());
  const Image image = synthesizer.image(5);
  const double pixels = static_cast<double>(image.size());
  const double rounding = std::numeric_limits<float>::epsilon();
  EXPECT_NEAR(mean_of(image), 0, rounding * std::sqrt(pixels));
  EXPECT_NEAR(variance_of(image), 1, 10 * rounding);
}

TEST(Synthesizer, AnImageDoesNotDependOnThoseMadeBefore) {
  const ElasticModel model = small_model();
  Synthesizer first(model, small_recipe()), second(model, small_recipe());
  Image from_make;
  first.make(0, from_make);
  const ParticleResult truth = first.make(17, from_make);
  const Image alone = second.image(17);
  EXPECT_TRUE((from_make == alone).all());
  EXPECT_EQ(truth.amplitudes, draw_conformer(small_recipe(), 3, 17).amplitudes);
  EXPECT_FALSE((second.image(18) == alone).all());
  Recipe other = small_recipe();
  other.seed = 2;
  EXPECT_FALSE((Synthesizer(model, other).image(17) == alone).all());
}

// With y = (s + n − mean)/sd and s known, the best scale of s in y splits y into signal and noise.
double measured_snr(const ElasticModel& model, const Recipe& recipe, int images) {
  Recipe clean = recipe;
  clean.snr.reset();
  Synthesizer noisy(model, recipe), noise_free(model, clean);
  double signal = 0, noise = 0;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(images); ++i) {
    const Image y = noisy.image(i), s = noise_free.image(i);  // both of mean 0 and variance 1
    const double scale = (y.cast<double>() * s.cast<double>()).mean();
    signal += scale * scale;
    noise += (y.cast<double>() - scale * s.cast<double>()).square().mean();
  }
  return signal / noise;
}

TEST(Synthesizer, TheSignalToNoiseRatioIsTheOneAskedFor) {
  const ElasticModel model = small_model();
  constexpr int images = 200;
  for (const double snr : {0.1, 1.0}) {
    for (const double before : {0.0, 0.5, 1.0}) {
      Recipe recipe = small_recipe();
      recipe.snr = snr;
      recipe.noise_before_ctf = before;
      // One image's relative error is about √(2/P + 4/(P·snr)), P pixels; coloured noise has fewer
      // independent values, not below a quarter here.
      const double pixels = 32.0 * 32.0 / 4;
      const double deviation = std::sqrt((2 / pixels + 4 / (pixels * snr)) / images);
      EXPECT_NEAR(measured_snr(model, recipe, images) / snr, 1, 5 * deviation) << snr << " " << before;
    }
  }
}

TEST(Synthesizer, WithoutNoiseTheImageIsTheCtfAppliedProjection) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe();
  recipe.snr.reset();
  Synthesizer synthesizer(model, recipe);
  Image image;
  const ParticleResult truth = synthesizer.make(3, image);
  EXPECT_NEAR(truth.score, 1, 10 * static_cast<double>(std::numeric_limits<float>::epsilon()));
  EXPECT_EQ(truth.standard_errors.size(), 8);
  EXPECT_EQ(truth.standard_errors.norm(), 0);

  Projector<double> projector(model, recipe.grid);
  ImageOf<double> expected;
  projector.project(truth.amplitudes,
                    rotation_matrix(truth.euler_angles[0], truth.euler_angles[1], truth.euler_angles[2]),
                    truth.shift, expected);
  Fft2<double> fft(32);
  SpectrumOf<double> spectrum;
  fft.forward(expected, spectrum);
  const auto ctf = ctf_half_grid(recipe.ctf, 32, recipe.grid.pixel_size);
  for (Eigen::Index k = 0; k < spectrum.size(); ++k)
    spectrum.data()[k] *= static_cast<double>(ctf[static_cast<std::size_t>(k)]);
  fft.backward(spectrum, expected);
  expected -= expected.mean();
  expected /= std::sqrt(expected.square().mean());
  // float32 through projection and two transforms: some roundings of values up to the image's largest
  const double tolerance = 50 * std::numeric_limits<float>::epsilon() * expected.abs().maxCoeff();
  EXPECT_LE((image.cast<double>() - expected).abs().maxCoeff(), tolerance);
}

TEST(Synthesizer, StandardErrorsGrowWithTheRootOfTheNoise) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe(), noisier = small_recipe();
  noisier.snr = *recipe.snr / 4;
  Image image;
  const Eigen::VectorXd errors = Synthesizer(model, recipe).make(2, image).standard_errors;
  const Eigen::VectorXd larger = Synthesizer(model, noisier).make(2, image).standard_errors;
  ASSERT_EQ(errors.size(), 8);
  for (Eigen::Index i = 0; i < errors.size(); ++i) {
    EXPECT_GT(errors[i], 0);
    EXPECT_NEAR(larger[i] / errors[i], 2, 1e4 * std::numeric_limits<double>::epsilon())
        << i;  // a solved system's rounding
  }
}

TEST(Synthesizer, RefusesWhatCannotBeMade) {
  const ElasticModel model = small_model();
  const auto refused = [&](auto change) {
    Recipe recipe = small_recipe();
    change(recipe);
    EXPECT_THROW(Synthesizer(model, recipe), Error);
  };
  refused([](Recipe& r) { r.grid.size = 4; });
  refused([](Recipe& r) { r.grid.pixel_size = 0; });
  refused([](Recipe& r) { r.snr = -1; });
  refused([](Recipe& r) { r.noise_before_ctf = 1.5; });
  refused([](Recipe& r) { r.shift_px = 16; });
  refused([](Recipe& r) { r.amplitude = std::nan(""); });
  refused([](Recipe& r) {
    r.ctf.enabled = false;
    r.noise_before_ctf = 0.5;
  });
}

}  // namespace
}  // namespace elastem
