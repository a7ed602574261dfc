#include "alignment/refinement.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "imaging/fisher.hpp"
#include "synthetic_particle.hpp"

namespace elastem {
namespace {

class Refinement : public testing::Test {
 protected:
  /// A refiner that has observed the particle `index` with noise of the standard deviation `noise`; the noise
  /// power handed on is that of `assumed`.
  Refiner observed(const Placement& truth, double noise, double assumed, std::uint64_t index) {
    Refiner refiner(model, test_grid, 200);
    Fft2<float> fft(test_grid.size);
    Spectrum spectrum;
    fft.forward(particle_image(model, truth, test_ctf(), noise, index), spectrum);
    refiner.observe(spectrum, ctf_half_grid(test_ctf(), test_grid.size, test_grid.pixel_size),
                    std::vector<double>(static_cast<std::size_t>(spectrum.size()),
                                        test_grid.size * test_grid.size * assumed * assumed));
    return refiner;
  }

  Placement disturbed(const Placement& truth) {
    Placement start = truth;
    start.rotation = rotation_increment({0.08, -0.06, 0.07}) * truth.rotation;
    start.shift += Eigen::Vector2d(2.0, -1.5);
    start.amplitudes.setZero();
    return start;
  }

  ElasticModel model = bent_chain();
};

TEST_F(Refinement, FindsTheTruthWithoutNoise) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Placement truth = random_placement(i, 40, 8);
    Refiner refiner = observed(truth, 0, 0.01, i);
    const Fit fit = refiner.refine(disturbed(truth), 0, 60);
    // Single-precision images of relative error about 1e−6 at a signal-to-noise ratio of about 100 a pixel:
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
    Refiner refiner = observed(truth, noise, noise, i);
    const Fit fit = refiner.refine(truth, 0, 60);
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
  Refiner refiner = observed(truth, 0, 1, 0);
  const Fit fit = refiner.refine(truth, 0, 1);
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
  Refiner refiner = observed(truth, 1, 1, 0);
  const Fit full = refiner.refine(truth, 0, 1), band = refiner.refine(truth, 15, 1);
  EXPECT_LT(band.terms, full.terms);
  const auto full_errors = standard_errors_from_information(full.information);
  const auto band_errors = standard_errors_from_information(band.information);
  for (Eigen::Index p = 0; p < 7; ++p) EXPECT_GT(band_errors[p], full_errors[p]);
}

}  // namespace
}  // namespace elastem
