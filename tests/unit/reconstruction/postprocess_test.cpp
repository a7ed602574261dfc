#include "reconstruction/postprocess.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

constexpr ImageGrid grid{64, 2.0};
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// ln amplitudes that fall by a B-factor from shell 0 on.
std::vector<double> falling(double b_factor) {
  std::vector<double> values;
  for (int shell = 0; shell <= grid.size / 2; ++shell) {
    const double s = shell / (grid.size * grid.pixel_size);
    values.push_back(3 - b_factor / 4 * s * s);
  }
  return values;
}

// 1 up to a shell and 0 beyond.
std::vector<double> step(int last) {
  std::vector<double> curve(static_cast<std::size_t>(grid.size / 2 + 1), 0.0);
  std::fill_n(curve.begin(), last + 1, 1.0);
  return curve;
}

Postprocessing falling_by(double b_factor, int last) {
  Postprocessing processing;
  processing.grid = grid;
  processing.curves.unmasked = step(last);
  processing.original = falling(b_factor);
  return processing;
}

TEST(CorrectedCorrelation, IsThatOfChenFromAShellOn) {
  const auto corrected = corrected_correlation({1, 0.9, 0.8, 0.5}, {1, 0.7, 0.6, 0.2}, 2);
  EXPECT_EQ(corrected[0], 1);
  EXPECT_EQ(corrected[1], 0.9);
  EXPECT_NEAR(corrected[2], 0.2 / 0.4, 4 * epsilon);
  EXPECT_NEAR(corrected[3], 0.3 / 0.8, 4 * epsilon);
  EXPECT_EQ(corrected_correlation({0.5}, {1}, 0)[0], 0);
}

TEST(CorrelationWeights, AreThoseOfRosenthalAndHendersonUpToTheFirstShellWithoutCorrelation) {
  const auto weights = correlation_weights({-1, 1, 0.5, 0, 0.9});
  EXPECT_EQ(weights[0], 1);
  EXPECT_EQ(weights[1], 1);
  EXPECT_NEAR(weights[2], std::sqrt(1 / 1.5), 4 * epsilon);
  EXPECT_EQ(weights[3], 0);
  EXPECT_EQ(weights[4], 0);
}

TEST(ShellAmplitudes, AreMeansPerShellOverTheNumberOfVoxels) {
  constexpr int side = 8;
  std::vector<std::complex<double>> terms(side * side * (side / 2 + 1));
  for_each_term(side, 0, terms.size(), [&](std::size_t i, int x, int y, int z) {
    terms[i] = std::polar(std::exp(static_cast<double>(shell_of_term(x, y, z))), 1.0 + x);
  });
  ShellAmplitudes amplitudes(side);
  add_amplitudes(amplitudes, 0, terms);
  const auto values = amplitudes.logarithms();
  for (std::size_t shell = 0; shell < values.size(); ++shell)
    EXPECT_NEAR(values[shell], static_cast<double>(shell) - std::log(side * side * side), 100 * epsilon);
  EXPECT_EQ(ShellAmplitudes(side).logarithms()[1], ShellAmplitudes::no_amplitude);
}

TEST(GuinierLine, FindsTheBFactorOfFallingAmplitudes) {
  const auto line = guinier_line(falling(150), grid, 5);
  ASSERT_TRUE(line);
  // A difference of values near 3 over steps of 10⁻³.
  EXPECT_NEAR(line->b_factor(), -150, 1e5 * epsilon);
  EXPECT_NEAR(line->intercept, 3, 1e3 * epsilon);
  EXPECT_NEAR(line->correlation, -1, 100 * epsilon);
}

TEST(GuinierLine, LooksBetweenTenÅAndTheResolutionOnly) {
  auto values = falling(150);
  values[12] += 5;  // 10.7 Å
  values[26] -= 5;  // 4.9 Å
  EXPECT_NEAR(guinier_line(values, grid, 5)->b_factor(), -150, 1e5 * epsilon);
}

TEST(GuinierLine, NeedsThreeShells) {
  EXPECT_TRUE(guinier_line(falling(150), grid, 128.0 / 15));  // shells 13, 14 and 15
  EXPECT_FALSE(guinier_line(falling(150), grid, 128.0 / 14.5));
  EXPECT_FALSE(guinier_line(falling(150), grid, 12));
}

TEST(ChooseSharpening, TakesTheGuinierPlotsBFactor) {
  Postprocessing processing = falling_by(150, 25);
  choose_sharpening(processing);
  EXPECT_NEAR(processing.b_factor, -150, 1e5 * epsilon);
  EXPECT_NEAR(processing.resolution, 128 / 25.857, 1e-3);  // of 0.143 between 1 and 0
  EXPECT_EQ(processing.weighted[26], ShellAmplitudes::no_amplitude);
  EXPECT_EQ(processing.weighted[25], processing.original[25]);
}

TEST(ChooseSharpening, DoesNotSharpenWhereTheMapEndsBeforeTenÅOrAmplitudesRise) {
  for (Postprocessing processing : {falling_by(150, 11), falling_by(-150, 25)}) {
    choose_sharpening(processing);
    EXPECT_EQ(processing.b_factor, 0);
    EXPECT_FALSE(processing.sharpens());
  }
}

TEST(ChooseSharpening, LeavesAGivenBFactor) {
  Postprocessing processing = falling_by(150, 25);
  processing.given = true;
  processing.b_factor = -40;
  choose_sharpening(processing);
  EXPECT_EQ(processing.b_factor, -40);
  EXPECT_TRUE(processing.line);
}

TEST(PostprocessFilter, LevelsTheAmplitudesAndEndsAtTheResolution) {
  Postprocessing processing = falling_by(150, 25);
  choose_sharpening(processing);
  const PostprocessFilter filter(processing);
  for (const int shell : {1, 10, 24})
    EXPECT_NEAR(std::log(filter.sharpening(shell, static_cast<std::size_t>(shell))) +
                    processing.original[static_cast<std::size_t>(shell)],
                3, 1e4 * epsilon);
  EXPECT_EQ(filter.sharpening(27, 27), 0);
  EXPECT_EQ(filter.low_pass(24), 1);
  EXPECT_NEAR(filter.low_pass(128 / processing.resolution), 0.5, 100 * epsilon);
  EXPECT_EQ(filter.low_pass(27), 0);
}

}  // namespace
}  // namespace elastem
