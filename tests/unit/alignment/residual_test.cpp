#include "alignment/residual.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "alignment/aligner.hpp"
#include "core/error.hpp"
#include "imaging/soft_mask.hpp"
#include "synthetic_particle.hpp"

namespace elastem {
namespace {

constexpr double sigma = 1.5;
const double white_power = test_grid.size * test_grid.size * sigma * sigma;

NoiseSpectrum white() {
  return NoiseSpectrum(static_cast<std::size_t>(test_grid.size / 2 + 1), white_power);
}

/// Residuals of particles that were refined from their true placements.
std::vector<Residual> refined_residuals(std::uint64_t count, const Image& mask = {}) {
  const ElasticModel model = bent_chain();
  AlignmentOptions options;
  options.amplitude_range = 40;
  Aligner aligner(model, test_grid, white(), options, nullptr);
  Fft2<float> fft(test_grid.size);
  std::vector<Residual> residuals;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Placement truth = random_placement(i, 30, 3);
    Image image = particle_image(model, truth, test_ctf(), sigma, i);
    if (mask.size() > 0) mask_image(image, mask, noise_on_half_grid(white(), test_grid.size), i, fft);
    const std::vector<Placement> starts = {truth};
    const ParticleResult result = aligner.refine(image, test_ctf(), starts, 0);
    const Placement found = {
        result.amplitudes,
        rotation_matrix(result.euler_angles[0], result.euler_angles[1], result.euler_angles[2]),
        result.shift};
    residuals.push_back(residual_power(model, test_grid, image, test_ctf(), white(), found, mask));
  }
  return residuals;
}

/// The shells' powers lie about that of the noise by as much as χ² of their freedom lets them.
void expect_white(const std::vector<Residual>& residuals) {
  const NoiseSpectrum noise = noise_from_residuals(residuals);
  double chi2 = 0;
  for (std::size_t r = 1; r < noise.size(); ++r) {
    double freedom = 0;
    for (const auto& residual : residuals) freedom += residual.freedom[r];
    // A median knows a mean to √(π/2) times the mean's own error.
    const double error = white_power * std::sqrt(std::numbers::pi / 2 * 2 / freedom);
    EXPECT_NEAR(noise[r], white_power, 4.5 * error) << "shell " << r;
    chi2 += std::pow((noise[r] - white_power) / error, 2);
  }
  const auto shells = static_cast<double>(noise.size() - 1);
  EXPECT_LT(chi2, shells + 5 * std::sqrt(2 * shells));
}

TEST(Residual, OfRefinedParticlesIsTheNoise) {
  expect_white(refined_residuals(40));
}

TEST(Residual, InAMaskIsTheNoiseToo) {
  expect_white(refined_residuals(40, soft_circle(test_grid.size, 17, {0, 0})));
}

TEST(Residual, AFitTakesAsManyDegreesOfFreedomAsItHasParameters) {
  const auto residual = refined_residuals(1).front();
  double freedom = 0;
  for (const double f : residual.freedom) freedom += f;
  // All terms but k = 0, less two amplitudes, five of the pose, the grey scale.
  EXPECT_NEAR(freedom, test_grid.size * test_grid.size - 1 - 8, 0.01);
}

TEST(Residual, WithoutNoiseNothingIsLeft) {
  const ElasticModel model = bent_chain();
  const Placement truth = random_placement(3, 30, 8);
  const Image image = particle_image(model, truth, test_ctf(), 0, 3);
  const auto residual = residual_power(model, test_grid, image, test_ctf(), white(), truth);
  const double total = test_grid.size * test_grid.size * image.cast<double>().square().sum();
  for (const double power : residual.power) EXPECT_LT(power, 1e-8 * total);  // single precision, squared
  EXPECT_THROW(residual_power(model, {32, 2.6}, image, test_ctf(), white(), truth), Bug);
}

TEST(Residual, LostParticlesDoNotRaiseTheNoise) {
  auto residuals = refined_residuals(40);
  const NoiseSpectrum right = noise_from_residuals(residuals);
  for (std::size_t i = 0; i < 4; ++i)
    for (double& power : residuals[10 * i].power) power *= 100;
  const NoiseSpectrum noise = noise_from_residuals(residuals);
  // The median moves up by 2 of 40 places: 2/40 of a distribution whose density at its median is about
  // 1/√(2π) over its standard deviation, √(2/ν) of the power; a shell that shares has no smaller ν than 8.
  for (std::size_t r = 1; r < noise.size(); ++r) {
    const double nu = std::max(residuals[1].freedom[r], 4.0);
    EXPECT_LT(noise[r] / right[r], 1 + 4 * 0.05 * std::sqrt(2 * std::numbers::pi) * std::sqrt(2 / nu)) << r;
  }
}

TEST(Residual, FewTermsShareWithTheirNeighbours) {
  // Shells of 8, 16, … terms with powers 1 and 3 in turn, one particle: those below 100 are smoothed.
  Residual residual;
  for (int r = 0; r <= 30; ++r) {
    residual.freedom.push_back(8 * r);
    residual.power.push_back(r % 2 == 0 ? 1 : 3);
  }
  residual.freedom.back() = 1e4;
  const NoiseSpectrum noise = noise_from_residuals({residual});
  EXPECT_EQ(noise[0], noise[1]);
  EXPECT_NEAR(noise[30], 1, 1 / residual.freedom.back());  // the median's correction is 2/(3ν)
  for (std::size_t r = 1; r < 13; ++r) EXPECT_NEAR(noise[r], 2, 0.6) << r;
  EXPECT_NEAR(noise[13] / noise[14], 3, 0.1);  // the median of χ² over its mean differs little there
}

TEST(PlacementScore, IsTheSignedDropOfChi2) {
  const ElasticModel model = bent_chain();
  const Placement truth = random_placement(4, 30, 8);
  const Image image = particle_image(model, truth, test_ctf(), 0, 4);
  const double score = placement_score(model, test_grid, image, test_ctf(), white(), truth);
  // Without noise all of Σ|Y|²/P goes; k = 0 is left out.
  const double pixels = test_grid.size * test_grid.size;
  const double mean = image.cast<double>().mean();
  const double drop = pixels * (image.cast<double>() - mean).square().sum() / white_power;
  EXPECT_NEAR(score * score, drop, 1e-4 * drop);
  EXPECT_GT(score, 0);
  EXPECT_NEAR(placement_score(model, test_grid, -image, test_ctf(), white(), truth), -score, 1e-6 * score);
}

}  // namespace
}  // namespace elastem
