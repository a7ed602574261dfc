#include "alignment/misfit.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "alignment/aligner.hpp"
#include "synthetic_particle.hpp"

namespace elastem {
namespace {

constexpr double box = test_grid.size * test_grid.pixel_size;

Residual flat(double under, double overall, std::size_t shells = 25) {
  Residual residual;
  residual.power.assign(shells, 1);
  residual.freedom.assign(shells, 50);
  residual.taken.assign(shells, 0.5);
  residual.under.assign(shells, under);
  residual.overall.assign(shells, overall);
  residual.window_freedom.assign(shells, 50);
  return residual;
}

TEST(Misfit, IsTheRatioOfThePowersUnderTheModelAndOverall) {
  const Misfit misfit = misfit_of_residuals(std::vector<Residual>(40, flat(3, 2)), box);
  ASSERT_EQ(misfit.factor.size(), 25U);
  for (const double factor : misfit.factor) {
    EXPECT_LE(factor, 1.5);
    EXPECT_GT(factor, 1.5 * 0.95);  // less its standard error, of 1600 degrees of freedom 5 %
  }
  EXPECT_NEAR(misfit.share, 1 - 1 / misfit.factor[12], 1e-12);  // all factors are the same
}

TEST(Misfit, ItsShareOfTheErrorsCountsWhereTheParametersAreDetermined) {
  Residual residual = flat(1, 1, 120);
  std::fill(residual.under.begin() + 60, residual.under.end(), 2);
  const auto share_if_determined_at = [&](std::size_t shell) {
    std::fill(residual.taken.begin(), residual.taken.end(), 0);
    residual.taken[shell] = 8;
    return misfit_of_residuals(std::vector<Residual>(40, residual), box).share;
  };
  EXPECT_EQ(share_if_determined_at(20), 0);
  EXPECT_NEAR(share_if_determined_at(100), 0.5, 0.5 * 0.05);  // as above
}

TEST(Misfit, NothingOfTheErrorsIsTheMisfitsWhereThereIsNone) {
  EXPECT_EQ(misfit_of_residuals(std::vector<Residual>(40, flat(2, 2)), box).share, 0);
}

TEST(Misfit, IsOneWhereNothingButNoiseIsLeft) {
  for (const double factor : misfit_of_residuals(std::vector<Residual>(40, flat(2, 2)), box).factor)
    EXPECT_EQ(factor, 1);
}

TEST(Misfit, ALostParticleDoesNotRaiseIt) {
  std::vector<Residual> residuals(40, flat(2, 2));
  residuals[3] = flat(200, 2);
  for (const double factor : misfit_of_residuals(residuals, box).factor) EXPECT_EQ(factor, 1);
}

TEST(Misfit, IsLinearInTheFrequencyOnAnyGrid) {
  const Misfit misfit{100, {1, 1, 2, 4}, 0};
  const ImageGrid grid{10, 20};  // a box of 200 Å: its shell 1 is shell 1/2 there
  const auto values = misfit.on_half_grid(grid);
  ASSERT_EQ(values.size(), 60U);
  EXPECT_DOUBLE_EQ(values[1], 1);
  EXPECT_DOUBLE_EQ(values[3], 1.5);
  EXPECT_DOUBLE_EQ(values[5], 3);
  EXPECT_DOUBLE_EQ(values[5 * 6 + 5], 4);  // beyond the last shell
  for (const double value : Misfit{}.on_half_grid(grid)) EXPECT_EQ(value, 1);
}

// What `model` leaves of images of the moving molecule, fitted from the true poses.
std::vector<Residual> residuals_of(const ElasticModel& model, double sigma = 6) {
  const ElasticModel moving = bent_chain();
  const NoiseSpectrum noise(static_cast<std::size_t>(test_grid.size / 2 + 1),
                            test_grid.size * test_grid.size * sigma * sigma);
  Aligner aligner(model, test_grid, noise, {}, nullptr);
  std::vector<Residual> residuals;
  for (std::uint64_t i = 0; i < 60; ++i) {
    Placement at = random_placement(i, 60, 3);
    const Image image = particle_image(moving, at, test_ctf(), sigma, i);
    at.amplitudes.conservativeResize(model.mode_count());
    const ParticleResult result = aligner.refine(image, test_ctf(), std::vector<Placement>{at}, 0);
    at = {result.amplitudes, rotation_matrix(result.pose()), result.shift};
    residuals.push_back(residual_power(model, test_grid, image, test_ctf(), noise, at));
  }
  return residuals;
}

TEST(Misfit, IsSeenWhereTheModelIsWrongAndNotWhereItIsRight) {
  ElasticModel rigid = bent_chain();
  rigid.modes.clear();
  rigid.mode_numbers.clear();
  const Misfit none = misfit_of_residuals(residuals_of(bent_chain()), box),
               some = misfit_of_residuals(residuals_of(rigid), box);
  double highest = 1;
  for (std::size_t r = 1; r < none.factor.size(); ++r) {
    EXPECT_LT(none.factor[r], 1.1) << r;  // two standard errors
    highest = std::max(highest, some.factor[r]);
  }
  EXPECT_GT(highest, 1.3);
}

TEST(Misfit, OfImagesWithoutNoiseIsBoundedByTheParticlesShareOfTheBox) {
  ElasticModel rigid = bent_chain();
  rigid.modes.clear();
  rigid.mode_numbers.clear();
  for (const double factor : misfit_of_residuals(residuals_of(rigid, 1e-3), box).factor)
    EXPECT_LT(factor, 30);
}

}  // namespace
}  // namespace elastem
