#include "alignment/refinement.hpp"

#include <cmath>
#include <limits>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "imaging/fisher.hpp"
#include "imaging/fourier_crop.hpp"
#include "synthetic_particle.hpp"

namespace elastem {
namespace {

class Refinement : public testing::Test {
 protected:
  /// The transform, CTF and noise power of particle `index` with noise of the standard deviation `noise`; the
  /// noise power handed on is that of `assumed`.
  Observation observation(const Placement& truth, double noise, double assumed, std::uint64_t index,
                          const Ctf& ctf = test_ctf()) {
    Observation particle;
    Fft2<float>(test_grid.size).forward(particle_image(model, truth, ctf, noise, index), particle.spectrum);
    particle.transfer = ctf_half_grid(test_ctf(), test_grid.size, test_grid.pixel_size);
    particle.noise_power.assign(static_cast<std::size_t>(particle.spectrum.size()),
                                test_grid.size * test_grid.size * assumed * assumed);
    return particle;
  }

  static Fit refined(Refiner& refiner, const Placement& start, int evaluations) {
    Fit fit = refiner.start(start);
    refiner.improve(fit, evaluations, 1e-3);
    return fit;
  }

  Placement disturbed(const Placement& truth) {
    Placement start = truth;
    start.rotation = rotation_increment({0.08, -0.06, 0.07}) * truth.rotation;
    start.shift += Eigen::Vector2d(2.0, -1.5);
    start.amplitudes.setZero();
    return start;
  }

  ElasticModel model = bent_chain();
  Rendering exact = rendering(model, test_grid, 0);
  Refiner refiner{exact, wide_prior(model)};
};

TEST_F(Refinement, FindsTheTruthWithoutNoise) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Placement truth = random_placement(i, 40, 8);
    refiner.observe(observation(truth, 0, 0.01, i));
    const Fit fit = refined(refiner, disturbed(truth), 60);
    // Single-precision images of relative error about 1e−6 at a signal-to-noise ratio of about 100 per pixel:
    // the errors are those of noise a thousandth of a standard error strong; a thousandth of 40 Å and of a
    // radian is lax.
    EXPECT_LT((fit.placement.amplitudes - truth.amplitudes).norm(), 0.04) << "particle " << i;
    EXPECT_LT(rotation_distance(fit.placement.rotation, truth.rotation), 0.06);
    EXPECT_LT((fit.placement.shift - truth.shift).norm(), 0.01);
    EXPECT_GT(fit.correlation, 0.9999);
    EXPECT_NEAR(fit.grey_scale, 1, 1e-3);
  }
}

TEST_F(Refinement, ErrorsAreThoseOfTheFisherMatrix) {
  const double noise = 1.0;
  const int particles = 60;
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(7);
  double chi2 = 0;
  for (std::uint64_t i = 0; i < particles; ++i) {
    const Placement truth = random_placement(i, 30, 8);
    refiner.observe(observation(truth, noise, noise, i));
    const Fit fit = refined(refiner, truth, 60);
    Eigen::VectorXd error(7);
    error.head<2>() = fit.placement.amplitudes - truth.amplitudes;
    const Eigen::Matrix3d turn = fit.placement.rotation * truth.rotation.transpose();
    error.segment<3>(2) << turn(2, 1), turn(0, 2), turn(1, 0);  // sines of small angles
    error.segment<3>(2) *= degrees_per_radian;
    error.tail<2>() = fit.placement.shift - truth.shift;
    sum += error.cwiseQuotient(standard_errors_from_information(fit.information)).cwiseAbs2();
    chi2 += fit.chi2 / fit.terms;
  }
  // A χ² of n particles over n is 1 ± √(2/n); four of these, and 20 % for the curvature of the model.
  const double spread = 4 * std::sqrt(2.0 / particles) + 0.2;
  for (Eigen::Index p = 0; p < 7; ++p) EXPECT_NEAR(sum[p] / particles, 1, spread) << "parameter " << p;
  EXPECT_NEAR(chi2 / particles, 1, 4 * std::sqrt(2.0 / (particles * 2303.0)) + 7 / 2303.0);
}

TEST_F(Refinement, AgreesWithTheDoublePrecisionFisherMatrix) {
  const Placement truth = random_placement(3, 30, 5);
  refiner.observe(observation(truth, 0, 1, 0));
  const Fit fit = refiner.start(truth);
  Projector<double> projector(model, test_grid);
  Fft2<double> fft(test_grid.size);
  const auto transfer = ctf_half_grid(test_ctf(), test_grid.size, test_grid.pixel_size);
  ImageOf<double> image;
  std::vector<ImageOf<double>> derivatives;
  projector.project_with_derivatives(truth.amplitudes, truth.rotation, truth.shift, image, derivatives);
  const auto errors = standard_errors(fft, image, derivatives, fit.grey_scale, transfer,
                                      std::vector<double>(transfer.size(), test_grid.size * test_grid.size));
  const auto single = standard_errors_from_information(fit.information);
  // Single precision, times the condition of the scaled matrix (below 1e3).
  for (Eigen::Index p = 0; p < 7; ++p)
    EXPECT_NEAR(single[p] / errors[p], 1, 1e4 * std::numeric_limits<float>::epsilon());
}

TEST_F(Refinement, ABandLeavesFewerTermsAndLargerErrors) {
  const Placement truth = random_placement(4, 30, 5);
  const Observation particle = observation(truth, 1, 1, 0);
  refiner.observe(particle);
  const Fit full = refiner.start(truth);
  const Rendering coarse = rendering(model, test_grid, 15);
  Observation cropped;
  crop_spectrum(particle.spectrum, test_grid.size, coarse.grid.size, cropped.spectrum);
  cropped.transfer = ctf_half_grid(test_ctf(), coarse.grid.size, coarse.grid.pixel_size);
  cropped.noise_power.assign(cropped.transfer.size(), particle.noise_power[0]);
  Refiner banded(coarse, wide_prior(model));
  banded.observe(cropped);
  const Fit band = banded.start(truth);
  EXPECT_LT(band.terms, full.terms);
  const auto full_errors = standard_errors_from_information(full.information);
  const auto band_errors = standard_errors_from_information(band.information);
  for (Eigen::Index p = 0; p < 7; ++p) EXPECT_GT(band_errors[p], full_errors[p]);
  EXPECT_NEAR(band.grey_scale / full.grey_scale, 1,
              4 * band_errors[0]);  // the terms are those of the full box
}

TEST_F(Refinement, GoesOnWhereItStopped) {
  const Placement truth = random_placement(6, 40, 8);
  refiner.observe(observation(truth, 1, 1, 6));
  Fit once = refiner.start(disturbed(truth)), in_parts = once;
  refiner.improve(once, 7, 1e-3);
  for (int i = 0; i < 7; ++i) refiner.improve(in_parts, 1, 1e-3);
  EXPECT_EQ(once.objective, in_parts.objective);
  EXPECT_EQ(once.placement.amplitudes, in_parts.placement.amplitudes);
  EXPECT_EQ(once.placement.rotation, in_parts.placement.rotation);
}

TEST_F(Refinement, FindsTheDefocus) {
  Ctf off = test_ctf();
  off.defocus_u += 700;
  off.defocus_v += 700;
  Eigen::Vector2d sums = Eigen::Vector2d::Zero();  // squared pulls, and their number
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Placement truth = random_placement(i, 30, 6);
    const Observation particle = observation(truth, 0.5, 0.5, i, off);
    refiner.observe(particle);
    const Fit ignored = refined(refiner, truth, 40);
    refiner.observe(particle, DefocusFit{test_ctf(), 1000});
    const Fit fitted = refined(refiner, truth, 40);
    EXPECT_LT(fitted.chi2, ignored.chi2);
    const double error = std::sqrt(fitted.information.inverse()(7, 7));
    sums += Eigen::Vector2d(std::pow((fitted.placement.defocus_change - 700) / error, 2), 1);
  }
  // χ² of ten over ten is 1 ± √(2/10): three of these, and the prior's pull of error²/1000² · 700.
  EXPECT_LT(sums[0] / sums[1], 1 + 3 * std::sqrt(2.0 / 10) + 0.3);
}

}  // namespace
}  // namespace elastem
