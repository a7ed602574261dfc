#include <cmath>
#include <numbers>
#include <optional>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "imaging/pose.hpp"
#include "learning/stream.hpp"
#include "small_model.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {
namespace {

/// Fine enough pixels that signals are drawn on a coarser grid, with atoms widened for it.
const ImageGrid grid{96, 1.0};
constexpr int input_size = 32;
/// Aliases of a coarse drawing, as a share of a term at the band's edge (see rendering).
constexpr double alias = 0.04;

ElasticModel sharp_model() {
  ElasticModel model = test::small_model();
  model.kinds = {{{1.0, 1.5}}};
  return model;
}

/// Without noise; a CTF of its own for each of three neighbours, so that filters change on the way.
Recipe noiseless() {
  Recipe recipe;
  recipe.relation = Relation::half_circle;
  recipe.amplitude = 10;
  recipe.grid = grid;
  recipe.shift_px = 4;
  recipe.orientation.psi_uniform = true;
  recipe.snr.reset();
  recipe.ctf_from_file = [](std::uint64_t index) {
    Ctf ctf;
    ctf.voltage_kv = 200;
    ctf.defocus_u = 6000 + 2000 * static_cast<double>(index % 3);
    ctf.defocus_v = ctf.defocus_u - 400;
    return ctf;
  };
  return recipe;
}

/// The conformer that a label of image `index` tells of.
Conformer conformer_of(const Recipe& recipe, const Label& label, std::uint64_t index) {
  Conformer conformer;
  conformer.amplitudes = label.amplitudes;
  const Eigen::Vector3d angles = euler_angles(label.rotation);
  conformer.pose = {angles[0], angles[1], angles[2], label.shift};
  conformer.ctf = recipe.ctf_from_file(index);
  conformer.ctf.correction = recipe.ctf.correction;
  return conformer;
}

double root_mean_square(const Image& image) {
  return std::sqrt(static_cast<double>(image.square().mean()));
}

/// Mean of what is added, and its standard error.
class Mean {
 public:
  void add(double value) {
    ++count_;
    sum_ += value;
    squares_ += value * value;
  }
  double value() const { return sum_ / count_; }
  double error() const { return std::sqrt((squares_ / count_ - value() * value()) / count_); }

 private:
  double count_ = 0, sum_ = 0, squares_ = 0;
};

TEST(RecipeStream, WithoutNoiseShowsWhatSynthesizerMakesOfTheLabel) {
  const ElasticModel model = sharp_model();
  for (const CtfCorrection correction :
       {CtfCorrection::none, CtfCorrection::phase_flip, CtfCorrection::wiener}) {
    Recipe recipe = noiseless();
    recipe.ctf.correction = correction;
    RecipeStream stream(model, recipe, input_size, 1);
    Synthesizer synthesizer(model, recipe);
    InputMaker maker(grid, input_size);
    Image input, expected;
    Label label;
    for (std::uint64_t i = 0; i < 10; ++i) {
      stream.draw(i, input, label);
      const Conformer conformer = conformer_of(recipe, label, i);
      maker.prepare(synthesizer.image(conformer, i), conformer.ctf, expected);
      EXPECT_NEAR(root_mean_square(input), 1, 1e-5);  // a mean of 1024 squares in float32
      EXPECT_LT(root_mean_square(input - expected), alias) << "image " << i;
      // The next nearest label, a pixel away, is another image.
      Conformer moved = conformer;
      moved.pose.shift.x() += grid.pixel_size;
      maker.prepare(synthesizer.image(moved, i), moved.ctf, expected);
      EXPECT_GT(root_mean_square(input - expected), 2 * alias);
    }
  }
}

TEST(RecipeStream, LabelsAreOfTheRecipe) {
  const ElasticModel model = sharp_model();
  RecipeStream stream(model, noiseless(), input_size, 1);
  Image input;
  Label label;
  Mean angle;
  constexpr int n = 300;
  for (std::uint64_t i = 0; i < n; ++i) {
    stream.draw(i, input, label);
    EXPECT_NEAR(label.amplitudes.norm(), 10, 1e-12 * 10);  // the half circle's radius
    EXPECT_LE(label.shift.cwiseAbs().maxCoeff(), 4 * grid.pixel_size);
    EXPECT_TRUE(label.rotation.isUnitary(1e-12));
    angle.add(std::atan2(label.amplitudes[1], label.amplitudes[0]));
  }
  EXPECT_NEAR(angle.value(), std::numbers::pi / 2, 5 * std::numbers::pi / std::sqrt(12.0 * n));
}

TEST(RecipeStream, IsAFunctionOfSeedAndIndex) {
  const ElasticModel model = sharp_model();
  Recipe recipe = noiseless();
  recipe.snr = 0.3;
  RecipeStream a(model, recipe, input_size, 1), b(model, recipe, input_size, 1),
      c(model, recipe, input_size, 2);
  Image first, second, other;
  Label label, same, different;
  a.draw(11, other, different);
  a.draw(12, first, label);
  b.draw(12, second, same);
  EXPECT_TRUE((first == second).all());
  EXPECT_EQ(label.rotation, same.rotation);
  EXPECT_EQ(label.amplitudes, same.amplitudes);
  EXPECT_FALSE((first == other).all());
  c.draw(12, other, different);
  EXPECT_NE(label.rotation, different.rotation);
  // A set that synthesize makes with the same seed has other images.
  recipe.seed = 1;
  EXPECT_NE(label.rotation, label_of(draw_conformer(recipe, model.mode_count(), 12)).rotation);
}

TEST(RecipeStream, RefusesStructuresWithoutAmplitudes) {
  const ElasticModel model = sharp_model();
  Recipe recipe = noiseless();
  recipe.relation = Relation::structures;
  recipe.structures.resize(1);
  try {
    const RecipeStream stream(model, recipe, input_size, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--relation"), std::string::npos) << error.what();
  }
}

enum class Noise { white, before_ctf, coloured, flipped };

/// For the names of tests.
void PrintTo(Noise noise, std::ostream* out) {
  constexpr const char* names[] = {"white", "before_ctf", "coloured", "flipped"};
  *out << names[static_cast<std::size_t>(noise)];
}

class NoisyRecipe : public testing::TestWithParam<Noise> {};

/// Share of an input's power in the terms |k| > 9, half of those below Nyquist.
double fine_power(InputMaker& maker, const Image& input) {
  Fft2<float> fft(maker.size());
  Spectrum spectrum;
  fft.forward(input, spectrum);
  const double all = inner_product(spectrum, spectrum);
  for (int row = 0; row < maker.size(); ++row)
    for (int kx = 0; kx < spectrum.cols(); ++kx)
      if (std::hypot(2 * row < maker.size() ? row : row - maker.size(), kx) <= 9) spectrum(row, kx) = 0;
  return inner_product(spectrum, spectrum) / all;
}

TEST_P(NoisyRecipe, HasSynthesizersNoiseInTheBand) {
  const ElasticModel model = sharp_model();
  Recipe clean = noiseless();
  if (GetParam() == Noise::flipped) clean.ctf.correction = CtfCorrection::phase_flip;
  Recipe noisy = clean;
  noisy.snr = 0.05;
  if (GetParam() == Noise::before_ctf || GetParam() == Noise::flipped) noisy.noise_before_ctf = 0.6;
  if (GetParam() == Noise::coloured)
    for (int shell = 0; shell <= grid.size / 2; ++shell)
      noisy.noise.push_back(1 / (1 + std::pow(shell / 8.0, 2)));
  RecipeStream stream(model, noisy, input_size, 1), signals(model, clean, input_size, 1);
  Synthesizer synthesizer(model, noisy);
  InputMaker maker(grid, input_size);
  // A noise-free and a noisy input, both of variance 1, have the correlation √(SNR/(1 + SNR)).
  Mean correlation, fine, stream_correlation;
  Image input, signal, synthetic;
  Label label;
  for (std::uint64_t i = 0; i < 200; ++i) {
    signals.draw(i, signal, label);
    stream.draw(i, input, label);
    const Conformer conformer = conformer_of(noisy, label, i);
    maker.prepare(synthesizer.image(conformer, i), conformer.ctf, synthetic);
    const double of_stream = (input * signal).mean();
    stream_correlation.add(of_stream);
    correlation.add(of_stream - static_cast<double>((synthetic * signal).mean()));
    fine.add(fine_power(maker, input) - fine_power(maker, synthetic));
  }
  EXPECT_GT(stream_correlation.value(), 0.2);
  EXPECT_LT(stream_correlation.value(), 0.9);
  // Noise of different random numbers, image by image; and the ratio of the variances in the band and beyond,
  // which the stream takes to be that of 64 other images, counts by half where SNR is small.
  EXPECT_NEAR(correlation.value(), 0, 4 * correlation.error() + 0.01 * stream_correlation.value());
  EXPECT_NEAR(fine.value(), 0, 4 * fine.error());
}

INSTANTIATE_TEST_SUITE_P(Kinds, NoisyRecipe,
                         testing::Values(Noise::white, Noise::before_ctf, Noise::coloured, Noise::flipped));

}  // namespace
}  // namespace elastem
