#include "learning/stream.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/pose.hpp"
#include "small_model.hpp"

namespace elastem {
namespace {

const ImageGrid grid{48, 2.0};

Ctf defocused() {
  Ctf ctf;
  ctf.defocus_u = ctf.defocus_v = 8000;
  ctf.voltage_kv = 200;
  return ctf;
}

/// grey·(projection with CTF) + white noise of standard deviation sigma.
Image particle(Projector<float>& projector, const Label& label, const Ctf& ctf, double grey, double sigma,
               std::uint64_t index) {
  Image image;
  projector.project(label.amplitudes, label.rotation, label.shift, image);
  Fft2<float> fft(grid.size);
  Spectrum spectrum;
  fft.forward(image, spectrum);
  const std::vector<float> transfer = ctf_half_grid(ctf, grid.size, grid.pixel_size);
  for (Eigen::Index i = 0; i < spectrum.size(); ++i)
    spectrum.data()[i] *= transfer[static_cast<std::size_t>(i)];
  fft.backward(spectrum, image);
  image *= static_cast<float>(grey);
  Random random(9, Stream::noise, index);
  for (float& pixel : image.reshaped<Eigen::RowMajor>()) pixel += static_cast<float>(sigma * random.normal());
  return image;
}

StreamModel stream_model() {
  StreamModel content;
  LabelMoments moments(2);
  for (std::uint64_t i = 0; i < 20; ++i) {
    content.labels.push_back(test::random_label(i));
    moments.add(content.labels.back());
  }
  content.scaling = moments.scaling();
  content.optics = {defocused()};
  content.grey_scale = 1;
  content.noise.assign(17, 100.0);
  return content;
}

TEST(ImageStatistics, FindGreyScaleAndNoise) {
  const ElasticModel model = test::small_model();
  Projector<float> projector(model, grid);
  ImageStatistics statistics(model, grid, 32);
  constexpr int n = 100;
  const double sigma = 0.02, grey = 3;
  double expected_grey = 0, expected_power = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const Label label = test::random_label(i);
    const Image image = particle(projector, label, defocused(), grey, sigma, i);
    statistics.add(image, defocused(), label);
    const double deviation = std::sqrt(static_cast<double>((image - image.mean()).square().mean()));
    expected_grey += grey / deviation / n;
    // White noise of variance σ² on S² pixels has S²·σ² of power a term.
    expected_power += std::pow(sigma / deviation, 2) * 48.0 * 48.0 / n;
  }
  EXPECT_EQ(statistics.count(), n);
  EXPECT_NEAR(statistics.grey_scale(), expected_grey,
              0.02 * expected_grey);  // noise, averaged over 100 images
  const NoiseSpectrum noise = statistics.noise();
  ASSERT_EQ(noise.size(), 17U);
  for (std::size_t shell = 3; shell < 15; ++shell) {
    // 2π·shell terms of an exponential distribution in each of 100 images: five standard deviations; one of
    // the 961 terms' worth of noise goes into the fit of the grey scale.
    const double deviation = 1 / std::sqrt(n * std::numbers::pi * static_cast<double>(shell));
    EXPECT_NEAR(noise[shell] / expected_power, 1, 5 * deviation + 0.05) << "shell " << shell;
  }
}

TEST(ImageStatistics, LeaveOutWhatDoesNotResembleItsProjection) {
  const ElasticModel model = test::small_model();
  Projector<float> projector(model, grid);
  ImageStatistics statistics(model, grid, 32);
  const Label label = test::random_label(1);
  statistics.add(-particle(projector, label, defocused(), 1, 0, 0), defocused(), label);
  EXPECT_EQ(statistics.count(), 0);
  EXPECT_THROW(statistics.noise(), Bug);
}

TEST(Correlation, IsOneForTheProjectionItselfAndLessElsewhere) {
  const ElasticModel model = test::small_model();
  Projector<float> projector(model, grid);
  SignalMaker signal(model, grid, 32);
  Label label = test::random_label(2);
  const Image image = 7 + particle(projector, label, defocused(), 2, 0, 0);
  EXPECT_NEAR(signal.correlation(image, defocused(), label), 1,
              1e-5);  // float32 transforms of 7 ± 1
  label.rotation = rotation_increment(Eigen::Vector3d(0.3, 0, 0)) * label.rotation;
  EXPECT_LT(signal.correlation(image, defocused(), label), 0.99);
}

TEST(SignalMaker, DrawsTheCropOfTheFullProjectionButForAliases) {
  // Sharp atoms on fine pixels, for which the signal is drawn on a coarser grid.
  const ImageGrid fine{96, 1.0};
  ElasticModel model = test::small_model();
  model.kinds = {{{1.0, 1.5}}};
  ASSERT_LT(rendering(model, fine, fine.size * fine.pixel_size / 15).grid.size, fine.size);
  Projector<float> projector(model, fine);
  SignalMaker signal(model, fine, 32);
  InputMaker maker(fine, 32);
  ImageOf<float> magnitude, sign;
  maker.transfer(defocused(), magnitude, sign);
  const std::vector<int> shells = half_grid_shells(32);
  std::vector<double> off(17, 0.0), power(17, 0.0);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Label label = test::random_label(i);
    Spectrum drawn, expected;
    signal.draw(label, defocused(), drawn);
    Image image;
    projector.project(label.amplitudes, label.rotation, label.shift, image);
    maker.crop(image, expected);
    expected *= magnitude;
    for (std::size_t t = 0; t < shells.size(); ++t) {
      off[static_cast<std::size_t>(shells[t])] += std::norm(drawn.data()[t] - expected.data()[t]);
      power[static_cast<std::size_t>(shells[t])] += std::norm(expected.data()[t]);
    }
  }
  // As rendering has it: 4 % of a term at the edge, the 15th shell, and 0.1 % at three quarters of it.
  for (std::size_t shell = 0; shell <= 15; ++shell)
    EXPECT_LT(std::sqrt(off[shell] / power[shell]), shell <= 11 ? 0.001 : 0.04) << "shell " << shell;
}

TEST(LabelStream, IsAFunctionOfSeedAndIndex) {
  const ElasticModel model = test::small_model();
  LabelStream a(model, grid, 32, stream_model(), 1), b(model, grid, 32, stream_model(), 1),
      c(model, grid, 32, stream_model(), 2);
  Image first, second, other;
  Label label, same, different;
  a.draw(11, other, different);
  a.draw(12, first, label);
  b.draw(12, second, same);
  EXPECT_TRUE((first == second).all());
  EXPECT_EQ(label.rotation, same.rotation);
  EXPECT_FALSE((first == other).all());
  c.draw(12, other, different);
  EXPECT_FALSE((first == other).all());
}

TEST(LabelStream, ImagesAreNormalisedAndShowTheirLabel) {
  const ElasticModel model = test::small_model();
  StreamModel content = stream_model();
  content.noise.assign(17, 0.0);
  LabelStream stream(model, grid, 32, content, 1);
  Projector<float> projector(model, grid);
  InputMaker maker(grid, 32);
  Image input, expected;
  Label label;
  for (std::uint64_t i = 0; i < 5; ++i) {
    stream.draw(i, input, label);
    maker.prepare(particle(projector, label, defocused(), 1, 0, 0), defocused(), expected);
    EXPECT_LT((input - expected).abs().maxCoeff(),
              1e3 * std::numeric_limits<float>::epsilon() * expected.maxCoeff());
    EXPECT_NEAR(input.square().mean(), 1, 1e-5);
  }
}

TEST(LabelStream, AmplitudesSpreadLikeTheLabels) {
  const ElasticModel model = test::small_model();
  const StreamModel content = stream_model();
  LabelStream stream(model, grid, 32, content, 1);
  LabelMoments moments(2);
  Image input;
  Label label;
  constexpr int n = 1000;
  for (std::uint64_t i = 0; i < n; ++i) {
    stream.draw(i, input, label);
    moments.add(label);
  }
  const LabelScaling drawn = moments.scaling();
  for (std::size_t k = 0; k < 2; ++k) {
    const double sd = content.scaling.amplitude_sd[k];
    EXPECT_NEAR(drawn.amplitude_mean[k], content.scaling.amplitude_mean[k], 5 * sd / std::sqrt(n));
    EXPECT_NEAR(drawn.amplitude_sd[k], sd * std::sqrt(1 + 0.2 * 0.2), 5 * sd / std::sqrt(n));
  }
}

}  // namespace
}  // namespace elastem
