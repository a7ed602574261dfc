#include "synthesis/synthesizer.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/noise_spectrum.hpp"
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
    // Single precision, times the condition of the scaled matrix.
    EXPECT_NEAR(larger[i] / errors[i], 2, 1e3 * std::numeric_limits<float>::epsilon()) << i;
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

// Of a thousand images: the asked SNR within 1 %, the noise being what differs from the noise-free image.
TEST(Synthesizer, TheMeasuredSnrOfAThousandImagesIsWithinOnePercent) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe(), clean = small_recipe();
  recipe.normalisation = clean.normalisation = Normalisation::none;
  clean.snr.reset();
  Synthesizer noisy(model, recipe), noise_free(model, clean);
  double ratio = 0;
  constexpr int images = 1000;
  for (std::uint64_t i = 0; i < images; ++i) {
    const Image signal = noise_free.image(i);
    ratio += variance_of(signal) / variance_of(noisy.image(i) - signal);
  }
  EXPECT_NEAR(ratio / images / *recipe.snr, 1, 0.01);
}

// Mean power of the noise of many images, per shell, in units of S²·σ² as the recipe asks for it.
std::vector<double> measured_spectrum(const ElasticModel& model, const Recipe& recipe, int images) {
  Recipe clean = recipe;
  clean.snr.reset();
  Synthesizer noisy(model, recipe), noise_free(model, clean);
  const int size = recipe.grid.size, columns = size / 2 + 1;
  Fft2<float> fft(size);
  Spectrum spectrum;
  const auto shells = half_grid_shells(size);
  std::vector<double> power(static_cast<std::size_t>(columns)), terms(power.size());
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(images); ++i) {
    const Image signal = noise_free.image(i);
    fft.forward(noisy.image(i) - signal, spectrum);
    const double scale = *recipe.snr / variance_of(signal) / (static_cast<double>(size) * size);
    for (std::size_t t = 1; t < shells.size(); ++t) {
      const int multiplicity = column_multiplicity(static_cast<int>(t) % columns, size);
      const auto shell = static_cast<std::size_t>(shells[t]);
      power[shell] += multiplicity * scale * static_cast<double>(std::norm(spectrum.data()[t]));
      terms[shell] += multiplicity;
    }
  }
  for (std::size_t r = 1; r < power.size(); ++r) power[r] /= terms[r];
  return power;
}

// Each |N(k)|² is exponential, and the terms k and −k are one: a shell's mean of n terms has the relative
// error √(2/n). Five of these; a shell r holds about 2πr terms, the last one the corners too.
void expect_spectrum(const std::vector<double>& measured, const std::vector<double>& asked, int images) {
  for (std::size_t r = 1; r < asked.size(); ++r) {
    const double deviation = std::sqrt(2.0 / (2 * std::numbers::pi * static_cast<double>(r) * images));
    EXPECT_NEAR(measured[r], asked[r], 5 * deviation * asked[r]) << "shell " << r;
  }
}

TEST(Synthesizer, WhiteNoiseIsFlatAndShapedNoiseHasItsSpectrum) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe();
  recipe.normalisation = Normalisation::none;
  constexpr int images = 300;
  const std::size_t shells = 17;
  expect_spectrum(measured_spectrum(model, recipe, images), std::vector<double>(shells, 1.0), images);

  for (std::size_t r = 0; r < shells; ++r) recipe.noise.push_back(1 / (1 + 0.2 * static_cast<double>(r)));
  // The mean over the grid is 1: the total is what the SNR says.
  const auto grid = noise_on_half_grid(recipe.noise, 32);
  double total = 0;
  for (std::size_t t = 1; t < grid.size(); ++t)
    total += column_multiplicity(static_cast<int>(t) % 17, 32) * grid[t];
  std::vector<double> asked = recipe.noise;
  for (double& power : asked) power *= (32 * 32 - 1) / total;
  expect_spectrum(measured_spectrum(model, recipe, images), asked, images);
}

TEST(Synthesizer, NoiseBeforeTheCtfIsColouredByIt) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe();
  recipe.normalisation = Normalisation::none;
  recipe.noise_before_ctf = 1;
  constexpr int images = 300;
  const auto ctf = ctf_half_grid(recipe.ctf, 32, recipe.grid.pixel_size);
  const auto shells = half_grid_shells(32);
  std::vector<double> asked(17), terms(17);
  for (std::size_t t = 1; t < ctf.size(); ++t) {
    const int multiplicity = column_multiplicity(static_cast<int>(t) % 17, 32);
    asked[static_cast<std::size_t>(shells[t])] += multiplicity * static_cast<double>(ctf[t] * ctf[t]);
    terms[static_cast<std::size_t>(shells[t])] += multiplicity;
  }
  const double mean = mean_square(ctf, 32);
  for (std::size_t r = 1; r < asked.size(); ++r) asked[r] /= terms[r] * mean;
  // Within a shell the CTF varies, so that its mean is known less well: one term may rule it.
  const auto measured = measured_spectrum(model, recipe, images);
  for (std::size_t r = 1; r < asked.size(); ++r)
    EXPECT_NEAR(measured[r], asked[r], 5 * std::sqrt(2.0 / (2 * images)) * asked[r]) << "shell " << r;
}

TEST(Synthesizer, ABandHoldsSignalAndNoise) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe();
  recipe.max_resolution = 8;  // shell 32·2.5/8 = 10
  Fft2<float> fft(32);
  Spectrum spectrum;
  fft.forward(Synthesizer(model, recipe).image(1), spectrum);
  double inside = 0, outside = 0;
  for (int row = 0; row < 32; ++row) {
    for (int kx = 0; kx <= 16; ++kx) {
      const double k = std::hypot(kx, row <= 16 ? row : row - 32);
      (k <= 10 ? inside : outside) =
          std::max(k <= 10 ? inside : outside, static_cast<double>(std::abs(spectrum(row, kx))));
    }
  }
  EXPECT_LT(outside, 1e2 * std::numeric_limits<float>::epsilon() * inside);  // two transforms' rounding
}

TEST(Synthesizer, ACorrectionOfTheCtfActsOnSignalAndNoiseAlike) {
  const ElasticModel model = small_model();
  Recipe plain = small_recipe();
  plain.normalisation = Normalisation::none;
  const Image before = Synthesizer(model, plain).image(4);
  Fft2<float> fft(32);
  for (const auto correction :
       {CtfCorrection::phase_flip, CtfCorrection::premultiply, CtfCorrection::wiener}) {
    Recipe recipe = plain;
    recipe.ctf.correction = correction;
    Image expected = before;
    fft.filter(expected, correction_half_grid(recipe.ctf, 32, recipe.grid.pixel_size));
    const Image image = Synthesizer(model, recipe).image(4);
    const float tolerance = 1e2F * std::numeric_limits<float>::epsilon() * expected.abs().maxCoeff();
    EXPECT_LT((image - expected).abs().maxCoeff(), tolerance);
  }
}

TEST(Synthesizer, GreyValuesAreScaledAsAskedFor) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe();
  const Image whole = Synthesizer(model, recipe).image(6);
  recipe.invert = true;
  EXPECT_TRUE((Synthesizer(model, recipe).image(6) == -whole).all());
  recipe.invert = false;
  recipe.normalisation = Normalisation::background;
  recipe.background_radius = 12;
  const Image image = Synthesizer(model, recipe).image(6);
  double sum = 0, square = 0, count = 0;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      if (std::hypot(y - 16, x - 16) <= 12) continue;
      const auto value = static_cast<double>(image(y, x));
      sum += value, square += value * value, ++count;
    }
  }
  const double rounding = 1e2 * std::numeric_limits<float>::epsilon();
  EXPECT_NEAR(sum / count, 0, rounding);
  EXPECT_NEAR(square / count, 1, rounding);
}

TEST(Synthesizer, AKnownConformationTakesThePlaceOfTheAmplitudes) {
  const ElasticModel model = small_model();
  Synthesizer synthesizer(model, small_recipe());
  Conformer by_modes = draw_conformer(small_recipe(), 3, 9), by_atoms = by_modes;
  by_atoms.atoms = std::make_shared<const Eigen::Matrix3Xd>(model.deformed(by_modes.amplitudes));
  by_atoms.amplitudes.setZero();
  const Image a = synthesizer.image(by_modes, 9), b = synthesizer.image(by_atoms, 9);
  EXPECT_LT((a - b).abs().maxCoeff(), 1e3F * std::numeric_limits<float>::epsilon());
}

TEST(Synthesizer, BoundsCanBeLeftOutAndChangeNoPixel) {
  const ElasticModel model = small_model();
  Recipe recipe = small_recipe(), without = small_recipe();
  without.bounds = false;
  Image with_bounds, alone;
  const ParticleResult full = Synthesizer(model, recipe).make(8, with_bounds);
  const ParticleResult bare = Synthesizer(model, without).make(8, alone);
  EXPECT_TRUE((with_bounds == alone).all());
  EXPECT_GT(full.standard_errors.minCoeff(), 0);
  EXPECT_EQ(bare.standard_errors.norm(), 0);
  EXPECT_EQ(bare.score, full.score);
}

}  // namespace
}  // namespace elastem
