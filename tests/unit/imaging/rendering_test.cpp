#include "imaging/rendering.hpp"

#include <cmath>
#include <complex>
#include <limits>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "imaging/fft.hpp"
#include "imaging/fourier_crop.hpp"
#include "random_model.hpp"

namespace elastem {
namespace {

constexpr ImageGrid full{80, 1.6};
/// Of sums over some atoms, relative.
constexpr double rounding = 100 * std::numeric_limits<double>::epsilon();

Spectrum transform(const ElasticModel& model, ImageGrid grid, const Eigen::VectorXd& amplitudes) {
  Image image;
  Projector<float>(model, grid).project(amplitudes, rotation_matrix(20, 50, 70), {3, -2}, image);
  Spectrum spectrum;
  Fft2<float>(grid.size).forward(image, spectrum);
  return spectrum;
}

/// Relative difference of a rendering's terms from those of the model on the full grid, up to a share of the
/// band.
double difference(const ElasticModel& model, const Rendering& drawn, double share) {
  const Eigen::VectorXd amplitudes = Eigen::VectorXd::Constant(model.mode_count(), 8);
  Spectrum exact;
  crop_spectrum(transform(model, full, amplitudes), full.size, drawn.grid.size, exact);
  const Spectrum coarse = transform(drawn.model, drawn.grid, amplitudes);
  double error = 0, power = 0;
  const int size = drawn.grid.size;
  for (int row = 0; row < size; ++row) {
    const int ky = row <= size / 2 ? row : row - size;
    for (int kx = 0; kx <= size / 2; ++kx) {
      if (std::hypot(kx, ky) > share * drawn.band_radius()) continue;
      const auto factor = drawn.deblurring.empty()
                              ? 1.0F
                              : drawn.deblurring[static_cast<std::size_t>(row * (size / 2 + 1) + kx)];
      error += static_cast<double>(std::norm(factor * coarse(row, kx) - exact(row, kx)));
      power += static_cast<double>(std::norm(exact(row, kx)));
    }
  }
  return std::sqrt(error / power);
}

TEST(Rendering, WithoutAResolutionIsTheModelItself) {
  const ElasticModel model = random_model(1, 50, 2, 1.5);
  const Rendering drawn = rendering(model, full, 0);
  EXPECT_EQ(drawn.grid.size, full.size);
  EXPECT_EQ(drawn.model.positions, model.positions);
  EXPECT_TRUE(drawn.deblurring.empty());
}

TEST(Rendering, CoarseGridsKeepTheTermsOfTheBand) {
  const ElasticModel model = random_model(1, 200, 2, 1.5);
  const Rendering drawn = rendering(model, full, 8);
  EXPECT_LT(drawn.grid.size, full.size);
  EXPECT_FALSE(drawn.deblurring.empty());
  // The header's figures for the aliases: 4 % of a term at the edge, 0.1 % at three quarters; footprints are
  // cut at 10⁻⁴ of the peak, which deblurring lifts by exp(2π²(0.93·0.8/2)²) = 15 at most.
  EXPECT_LT(difference(model, drawn, 1), 0.04);
  EXPECT_LT(difference(model, drawn, 0.75), 0.005);
}

TEST(Rendering, BeadsStandForAtomsAtLowResolution) {
  const ElasticModel model = random_model(1, 200, 2, 1.5);
  const Rendering drawn = bead_rendering(model, full, 16);
  EXPECT_LT(drawn.model.atom_count(), model.atom_count());
  EXPECT_NEAR(drawn.model.weights.sum() / model.weights.sum(), 1, 1e-12 * 200);  // rounding of the sum
  EXPECT_LT(difference(model, drawn, 0.75), 0.1);
}

TEST(Beads, OneAtomACellIsTheModel) {
  ElasticModel model = random_model(1, 30, 2, 1.5);
  const ElasticModel single = beads(model, 0.01);
  ASSERT_EQ(single.atom_count(), model.atom_count());
  EXPECT_NEAR(single.kinds[0][0].sigma, model.kinds[0][0].sigma, rounding * model.kinds[0][0].sigma);
  EXPECT_NEAR((single.positions * single.weights - model.positions * model.weights).norm(), 0,
              1e-10 * model.weights.sum());
}

TEST(Beads, KeepCentreAndSpreadOfTheirAtoms) {
  ElasticModel model = random_model(1, 2, 1, 1.5);
  model.positions.col(0) << 1, 1, 1;
  model.positions.col(1) << 2, 1, 1;
  model.weights << 6, 2;
  const ElasticModel one = beads(model, 10);
  ASSERT_EQ(one.atom_count(), 1);
  EXPECT_NEAR(one.positions(0, 0), 1.25, 1.25 * rounding);
  EXPECT_NEAR(one.weights[0], 8, 8 * rounding);
  const double sigma = model.kinds[0][0].sigma;
  const double variance = sigma * sigma + (6 * 0.25 * 0.25 + 2 * 0.75 * 0.75) / 8 / 3;
  EXPECT_NEAR(one.kinds[0][0].sigma, std::sqrt(variance), rounding * sigma);
  EXPECT_LT((one.modes[0].values().col(0) -
             (6 * model.modes[0].values().col(0) + 2 * model.modes[0].values().col(1)) / 8)
                .norm(),
            1e-12);
}

TEST(Beads, TurnWithTheirAtoms) {
  ElasticModel model = random_model(3, 200, 0, 1.5);
  const Eigen::Vector3d turn(0.3, -0.5, 0.2);
  Eigen::Matrix3Xd mode(3, 200);
  for (Eigen::Index a = 0; a < 200; ++a) mode.col(a) = turn.cross(Eigen::Vector3d(model.positions.col(a)));
  model.modes = {mode};
  model.rotations = {turn.replicate(1, 200)};
  const ElasticModel few = beads(model, 6);
  const Eigen::VectorXd q = Eigen::VectorXd::Constant(1, 2.0);
  const Eigen::Matrix3d rotation = Eigen::AngleAxisd(2 * turn.norm(), turn.normalized()).matrix();
  EXPECT_LT(few.atom_count(), 200);
  EXPECT_LE((few.deformed(q) - rotation * few.positions).cwiseAbs().maxCoeff(), rounding * 40);  // Å
}

}  // namespace
}  // namespace elastem
