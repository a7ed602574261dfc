#include "imaging/projection.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "random_model.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double wide = 9.0;  // a cut at 9 σ leaves out exp(−40), below double rounding

TEST(Projection, OneAtomIsTheClosedFormGaussian) {
  ElasticModel model;
  model.positions = Eigen::Vector3d(3.1, -4.7, 8.0);
  model.weights = Eigen::VectorXd::Constant(1, 6.0);
  model.kinds = {{{1.0, 2.5}}};
  const ImageGrid grid{32, 1.7};
  const Eigen::Vector2d shift(-2.3, 1.1);
  ImageOf<double> image;
  Projector<double>(model, grid, wide).project(Eigen::VectorXd(0), Eigen::Matrix3d::Identity(), shift, image);
  const double peak = 6.0 * 1.7 * 1.7 / (2 * std::numbers::pi * 2.5 * 2.5);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const double dx = (x - 16) * 1.7 - 0.8, dy = (y - 16) * 1.7 + 3.6;
      const double expected = peak * std::exp(-0.5 * (dx * dx + dy * dy) / (2.5 * 2.5));
      // The recurrence multiplies up to a footprint's width of rounded factors.
      EXPECT_NEAR(image(y, x), expected, 100 * epsilon * peak);
    }
  }
}

TEST(Projection, KeepsTheWeightAndTheCentre) {
  const ElasticModel model = random_model(1, 50, 0, 2.5, 8);
  const ImageGrid grid{64, 2.0};
  ImageOf<double> image;
  Random random(1, Stream::orientation, 0);
  Projector<double>(model, grid, wide)
      .project(Eigen::VectorXd(0), random_rotation(random), {4.0, -6.0}, image);
  // A Gaussian sampled at σ/p = 1.25 sums to its integral up to 2·exp(−2π²σ²/p²) an axis (Poisson summation).
  const double aliasing = 4 * std::exp(-2 * std::pow(std::numbers::pi * 1.25, 2));
  const double total = model.weights.sum();
  EXPECT_NEAR(image.sum(), total, aliasing * total);
  double x_mean = 0, y_mean = 0;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x)
      x_mean += image(y, x) * (x - 32) * 2.0, y_mean += image(y, x) * (y - 32) * 2.0;
  }
  // The weighted centre of the atoms is not quite at 0, but turns with them: bounded by its distance.
  const double off = (model.positions * model.weights / total).norm();
  EXPECT_NEAR(x_mean / total, 4, off + 64 * aliasing);
  EXPECT_NEAR(y_mean / total, -6, off + 64 * aliasing);
}

TEST(Projection, TurningTheStructureAndTheViewBackChangesNothing) {
  const ElasticModel model = random_model(2, 40, 2, 2.0);
  Random random(2, Stream::orientation, 0);
  const Eigen::Matrix3d pose = random_rotation(random), turn = random_rotation(random);
  ElasticModel turned = model;
  turned.positions = turn * model.positions;
  for (auto& mode : turned.modes) mode = turn * mode;
  const Eigen::Vector2d q(20, -13);
  ImageOf<double> a, b;
  Projector<double>(model, {48, 2.2}, wide).project(q, pose, {1, 2}, a);
  Projector<double>(turned, {48, 2.2}, wide).project(q, pose * turn.transpose(), {1, 2}, b);
  EXPECT_LT((a - b).abs().maxCoeff(), 1e3 * epsilon * a.maxCoeff());  // coordinates up to 50 Å rounded twice
}

/// |central difference − derivative| at a random point, relative to the derivative's size, for every
/// parameter.
void expect_derivatives(std::uint64_t seed, ImageGrid grid, double sigma) {
  const ElasticModel model = random_model(seed, 60, 3, sigma);
  Random random(seed, Stream::orientation, 1);
  const Eigen::Matrix3d rotation = random_rotation(random);
  const Eigen::Vector2d shift(random.uniform(-5, 5), random.uniform(-5, 5));
  Eigen::VectorXd q(3);
  for (auto& value : q) value = random.uniform(-30, 30);
  Projector<double> projector(model, grid, wide);
  ImageOf<double> image, plus, minus;
  std::vector<ImageOf<double>> derivatives;
  projector.project_with_derivatives(q, rotation, shift, image, derivatives);
  ASSERT_EQ(derivatives.size(), 8U);
  for (int c = 0; c < 8; ++c) {
    // The best step of a central difference is about ε^(1/3); its error is then about ε^(2/3) ≈ 4e−11, times
    // third derivatives of a sum of steep Gaussians: 1e−6 leaves room for those.
    const double step = std::cbrt(epsilon) * (c < 3 ? 30 : c < 6 ? 0.1 : 5);
    const auto at = [&](double h, ImageOf<double>& out) {
      Eigen::VectorXd amplitudes = q;
      Eigen::Vector3d omega = Eigen::Vector3d::Zero();
      Eigen::Vector2d moved = shift;
      if (c < 3) amplitudes[c] += h;
      if (c >= 3 && c < 6) omega[c - 3] = h;
      if (c >= 6) moved[c - 6] += h;
      projector.project(amplitudes, rotation_increment(omega) * rotation, moved, out);
    };
    at(step, plus);
    at(-step, minus);
    const ImageOf<double> difference = (plus - minus) / (2 * step);
    const auto& derivative = derivatives[static_cast<std::size_t>(c)];
    EXPECT_LT((difference - derivative).matrix().norm(), 1e-6 * derivative.matrix().norm())
        << "parameter " << c;
  }
}

TEST(Projection, DerivativesAreThoseOfTheImage) {
  expect_derivatives(11, {64, 2.2}, 1.5);
  expect_derivatives(12, {40, 1.1}, 2.5);
  expect_derivatives(13, {33, 3.0}, 2.0);
}

TEST(Projection, SinglePrecisionAgreesWithDouble) {
  const ElasticModel model = random_model(5, 300, 3, 1.5);
  Random random(5, Stream::orientation, 0);
  const Eigen::Matrix3d rotation = random_rotation(random);
  const Eigen::Vector3d q(10, -20, 30);
  ImageOf<double> image;
  Image single;
  std::vector<ImageOf<double>> derivatives;
  std::vector<Image> single_derivatives;
  Projector<double>(model, {64, 2.2}).project_with_derivatives(q, rotation, {1, -1}, image, derivatives);
  Projector<float>(model, {64, 2.2})
      .project_with_derivatives(q, rotation, {1, -1}, single, single_derivatives);
  const double tolerance = 100 * std::numeric_limits<float>::epsilon();  // a sum of tens of overlapping atoms
  EXPECT_LT((single.cast<double>() - image).matrix().norm(), tolerance * image.matrix().norm());
  for (std::size_t c = 0; c < derivatives.size(); ++c) {
    EXPECT_LT((single_derivatives[c].cast<double>() - derivatives[c]).matrix().norm(),
              tolerance * derivatives[c].matrix().norm());
  }
}

TEST(Projection, AtomsOutsideTheBoxAreClipped) {
  ElasticModel model;
  model.positions.resize(3, 3);
  model.positions << 0, 500, -33, 0, 0, 33, 0, 0, 0;
  model.weights = Eigen::VectorXd::Ones(3);
  ImageOf<double> image;
  Projector<double>(model, {32, 2.0}).project(Eigen::VectorXd(0), Eigen::Matrix3d::Identity(), {0, 0}, image);
  EXPECT_TRUE(image.allFinite());
  EXPECT_GT(image(16, 16), 0);
}

}  // namespace
}  // namespace elastem
