#include "alignment/posterior.hpp"

#include <cmath>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "synthetic_particle.hpp"

namespace elastem {
namespace {

class PosteriorTest : public testing::Test {
 protected:
  void observe(const Placement& truth, double noise, std::uint64_t index) {
    Observation particle;
    Fft2<float>(test_grid.size)
        .forward(particle_image(model, truth, test_ctf(), noise, index), particle.spectrum);
    particle.transfer = ctf_half_grid(test_ctf(), test_grid.size, test_grid.pixel_size);
    particle.noise_power.assign(particle.transfer.size(), test_grid.size * test_grid.size * noise * noise);
    refiner.observe(particle);
  }
  Fit fitted(const Placement& start) {
    Fit fit = refiner.start(start);
    refiner.improve(fit, 40, 1e-3);
    return fit;
  }

  ElasticModel model = bent_chain();
  Rendering exact = rendering(model, test_grid, 0);
  Refiner refiner{exact, wide_prior(model)};
};

TEST_F(PosteriorTest, WithLittleNoiseItIsTheNormalDistributionOfTheFisherMatrix) {
  const Placement truth = random_placement(2, 30, 5);
  observe(truth, 0.2, 2);
  const Fit fit = fitted(truth);
  const Posterior laplace = posterior(refiner, {&fit, 1}, 0, 1),
                  sampled = posterior(refiner, {&fit, 1}, 200, 1);
  EXPECT_EQ(laplace.effective_samples, 0);
  EXPECT_EQ(laplace.mean.amplitudes, fit.placement.amplitudes);
  // The weights of a proposal that is wider by 1 + 2/7 in seven dimensions leave a good part of the 400
  // draws.
  EXPECT_GT(sampled.effective_samples, 100);
  // A variance from n effective draws is known to √(2/n); the draws' own covariance is exact, so less.
  const double spread = 4 * std::sqrt(2 / sampled.effective_samples);
  for (Eigen::Index p = 0; p < 7; ++p) {
    EXPECT_NEAR(sampled.covariance(p, p) / laplace.covariance(p, p), 1, spread) << "parameter " << p;
  }
  const Eigen::VectorXd apart = step_between(laplace.mean, sampled.mean, 7);
  EXPECT_LT(apart.dot(laplace.covariance.inverse() * apart), 7 * 16 / sampled.effective_samples);
}

TEST_F(PosteriorTest, TwoValleysShareIt) {
  // The same minimum twice, and a far worse one, must not change the answer beyond the sampling.
  const Placement truth = random_placement(3, 30, 5);
  observe(truth, 1, 3);
  const Fit fit = fitted(truth);
  Fit worse = refiner.start(
      moved(fit.placement, 4 * posterior(refiner, {&fit, 1}, 0, 1).covariance.diagonal().cwiseSqrt()));
  worse.information = fit.information;
  const Posterior one = posterior(refiner, {&fit, 1}, 100, 1);
  const Posterior two = posterior(refiner, std::vector<Fit>{fit, worse}, 100, 1);
  const Eigen::VectorXd apart = step_between(one.mean, two.mean, 7);
  EXPECT_LT(apart.dot(one.covariance.inverse() * apart),
            7 * 16 * (1 / one.effective_samples + 1 / two.effective_samples));
}

TEST_F(PosteriorTest, TooFewSamplesGiveTheMinimum) {
  observe(random_placement(4, 30, 5), 1, 4);
  const Fit fit = fitted(random_placement(4, 30, 5));
  const Posterior answer = posterior(refiner, {&fit, 1}, 20, 1e9);
  EXPECT_EQ(answer.mean.rotation, fit.placement.rotation);
  EXPECT_EQ(answer.mean.shift, fit.placement.shift);
}

TEST_F(PosteriorTest, StepsBetweenPlacementsAreWhatMovesThem) {
  const Placement from = random_placement(5, 30, 5);
  const Eigen::VectorXd step = (Eigen::VectorXd(8) << 3, -4, 0.2, -0.3, 0.1, 2, -1, 150).finished();
  const Placement to = moved(from, step);
  EXPECT_LT((step_between(from, to, 8) - step).norm(), 1e-12 * step.norm() * 10);  // rounding of a rotation
  EXPECT_EQ(to.defocus_change, 150);
}

}  // namespace
}  // namespace elastem
