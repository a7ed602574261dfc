#include "alignment/lineariser.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "synthetic_particle.hpp"

namespace elastem {
namespace {

NoiseSpectrum white(double sigma) {
  return NoiseSpectrum(static_cast<std::size_t>(test_grid.size / 2 + 1),
                       test_grid.size * test_grid.size * sigma * sigma);
}

// Where the image's likelihood has its maximum, of amplitudes a few Å off and a pose 1° and 0.3 Å off.
TEST(Lineariser, PointsAtTheAmplitudesOfTheImage) {
  const ElasticModel model = bent_chain();
  Lineariser lineariser(model, test_grid, white(0.5), {});
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Placement truth = random_placement(i, 30, 2);
    const Image image = particle_image(model, truth, test_ctf(), 0.5, i);
    Placement near = truth;
    near.amplitudes[0] += 4;
    near.amplitudes[1] -= 3;
    near.rotation = rotation_increment({0.01, -0.01, 0.01}) * truth.rotation;
    near.shift += Eigen::Vector2d(0.3, -0.2);
    const auto about = lineariser.about(image, test_ctf(), near);
    ASSERT_TRUE(about.has_value());
    const Eigen::VectorXd found = about->information.ldlt().solve(about->offset);
    const Eigen::VectorXd error = about->information.inverse().diagonal().cwiseSqrt();
    // Noise, and what the second order is of steps of 5 Å: a tenth of them.
    for (Eigen::Index k = 0; k < 2; ++k)
      EXPECT_NEAR(found[k], truth.amplitudes[k], 4 * error[k] + 0.5) << "image " << i << " mode " << k;
  }
}

TEST(Lineariser, InformationIsThatOfAFitWithThePoseLeftFree) {
  const ElasticModel model = bent_chain();
  const Placement at = random_placement(2, 30, 2);
  const Image image = particle_image(model, at, test_ctf(), 4, 2);
  const auto about = Lineariser(model, test_grid, white(4), {}).about(image, test_ctf(), at);
  ASSERT_TRUE(about.has_value());
  const Rendering drawn = rendering(model, test_grid, 0);
  Refiner refiner(drawn, wide_prior(model));
  Observation particle;
  Fft2<float>(test_grid.size).forward(image, particle.spectrum);
  particle.transfer = ctf_half_grid(test_ctf(), test_grid.size, test_grid.pixel_size);
  particle.noise_power.assign(particle.transfer.size(), white(4)[0]);
  refiner.observe(particle);
  const Fit fit = refiner.start(at);
  const Eigen::MatrixXd covariance = fit.information.inverse() * fit.chi2 / fit.terms;
  const Eigen::MatrixXd expected = covariance.topLeftCorner(2, 2).inverse();
  EXPECT_LT((about->information - expected).norm(), 1e-4 * expected.norm());
}

TEST(Lineariser, OfAnImageThatSpeaksAgainstTheModelThereIsNone) {
  const ElasticModel model = bent_chain();
  const Placement at = random_placement(1, 10, 0);
  const Image image = -particle_image(model, at, test_ctf(), 0.1, 1);
  EXPECT_FALSE(Lineariser(model, test_grid, white(0.1), {}).about(image, test_ctf(), at).has_value());
}

}  // namespace
}  // namespace elastem
