#include "imaging/projection.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "imaging/fft.hpp"
#include "random_model.hpp"
#include "tests/support/model_density.hpp"

namespace elastem {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double wide = 9.0;  // a cut at 9 σ leaves out exp(−40), below double rounding

TEST(Projection, OneAtomIsTheClosedFormGaussian) {
  ElasticModel model;
  model.positions.resize(3, 1);
  model.positions << 3.1, -4.7, 8.0;
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
  for (auto& mode : turned.modes) mode = turn * mode.values();
  const Eigen::Vector2d q(20, -13);
  ImageOf<double> a, b;
  Projector<double>(model, {48, 2.2}, wide).project(q, pose, {1, 2}, a);
  Projector<double>(turned, {48, 2.2}, wide).project(q, pose * turn.transpose(), {1, 2}, b);
  EXPECT_LT((a - b).abs().maxCoeff(), 1e3 * epsilon * a.maxCoeff());  // coordinates up to 50 Å rounded twice
}

// Two kinds of atoms of several Gaussians, like scattering factors: narrow and wide, one of them negative.
ElasticModel two_kinds(std::uint64_t seed, Eigen::Index atoms, int modes) {
  ElasticModel model = random_model(seed, atoms, modes, 2.0);
  model.kinds = {{{1.0, 1.6}, {0.5, 2.4}}, {{2.0, 1.9}, {-0.3, 3.1}, {0.4, 1.5}}};
  for (Eigen::Index a = 0; a < atoms; ++a) model.kind_of.push_back(static_cast<int>(a % 3 == 0));
  return model;
}

TEST(Projection, AtomsOfSeveralGaussiansAreTheSumOfThem) {
  const ElasticModel model = two_kinds(21, 30, 2);
  const ImageGrid grid{40, 1.8};
  Random random(21, Stream::orientation, 0);
  const Eigen::Matrix3d rotation = random_rotation(random);
  const Eigen::Vector2d q(10, -20), shift(3, -2);
  ImageOf<double> image, expected = ImageOf<double>::Zero(40, 40);
  Projector<double>(model, grid, wide).project(q, rotation, shift, image);
  const Eigen::Matrix3Xd atoms = rotation * model.deformed(q);
  double peak = 0;
  for (Eigen::Index a = 0; a < atoms.cols(); ++a) {
    for (const GaussianTerm& term : model.kind(a)) {
      const double variance = term.sigma * term.sigma;
      const double scale = model.weights[a] * term.weight * 1.8 * 1.8 / (2 * std::numbers::pi * variance);
      peak = std::max(peak, std::abs(scale));
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 40; ++x) {
          const double dx = (x - 20) * 1.8 - atoms(0, a) - 3, dy = (y - 20) * 1.8 - atoms(1, a) + 2;
          expected(y, x) += scale * std::exp(-0.5 * (dx * dx + dy * dy) / variance);
        }
      }
    }
  }
  // A power of the base is a product of up to a footprint's width of rounded factors, for each of 75
  // Gaussians.
  EXPECT_LT((image - expected).abs().maxCoeff(), 75 * 100 * epsilon * peak);
}

void expect_image_of_places(const ElasticModel& model) {
  Random random(22, Stream::orientation, 0);
  const Eigen::Matrix3d rotation = random_rotation(random);
  const Eigen::Vector2d q(30, 12);
  Projector<double> projector(model, {48, 2.0});
  ImageOf<double> by_modes, by_atoms;
  std::vector<ImageOf<double>> mode_slopes, atom_slopes;
  projector.project(q, rotation, {1, 2}, by_modes);
  projector.project_atoms(model.deformed(q), rotation, {1, 2}, by_atoms);
  const double tolerance = 1e3 * epsilon * by_modes.abs().maxCoeff();  // coordinates up to 50 Å rounded twice
  EXPECT_LT((by_modes - by_atoms).abs().maxCoeff(), tolerance);
  projector.project_with_derivatives(q, rotation, {1, 2}, by_modes, mode_slopes);
  projector.project_atoms_with_derivatives(model.deformed(q), q, rotation, {1, 2}, by_atoms, atom_slopes);
  for (std::size_t c = 0; c < mode_slopes.size(); ++c) {
    EXPECT_LT((mode_slopes[c] - atom_slopes[c]).matrix().norm(),
              1e3 * epsilon * mode_slopes[c].matrix().norm());
  }
}

TEST(Projection, AtomsAtOtherPlacesAreThoseOfTheDeformedModel) {
  expect_image_of_places(two_kinds(22, 50, 2));
  expect_image_of_places(turning(two_kinds(22, 50, 2), 22, 0.02));
}

// The transform of the density is a sum of plane waves with Gaussian envelopes; its central slice, k'z = 0,
// is the transform of the projection, and the sum of the squares of both is the same.
TEST(Projection, ItsTransformIsTheCentralSliceOfTheDensitys) {
  ElasticModel model = two_kinds(23, 25, 1);
  model.positions *= 0.4;  // well within the box
  const int size = 48;
  const double p = 1.2;
  Random random(23, Stream::orientation, 0);
  const Eigen::Matrix3d rotation = random_rotation(random);
  const Eigen::VectorXd q = Eigen::VectorXd::Constant(1, 5);
  ImageOf<double> image;
  Projector<double>(model, {size, p}, wide).project(q, rotation, {0, 0}, image);
  Fft2<double> fft(size);
  SpectrumOf<double> spectrum;
  fft.forward(image, spectrum);
  const Eigen::Matrix3Xd atoms = model.deformed(q);
  double power = 0;
  for (int row = 0; row < size; ++row) {
    for (int kx = 0; kx <= size / 2; ++kx) {
      const int ky = row <= size / 2 ? row : row - size;
      power += column_multiplicity(kx, size) * std::norm(spectrum(row, kx));
      if (std::hypot(kx, ky) > size / 3.0) continue;  // beyond, aliases of the narrowest Gaussian show
      // k in the frame of the molecule, and the image's origin at pixel S/2.
      const Eigen::Vector3d k = rotation.transpose() * Eigen::Vector3d(kx, ky, 0) / (size * p);
      std::complex<double> slice = 0;
      for (Eigen::Index a = 0; a < atoms.cols(); ++a) {
        for (const GaussianTerm& term : model.kind(a)) {
          const double envelope = std::exp(-2 * std::pow(std::numbers::pi * term.sigma, 2) * k.squaredNorm());
          slice += model.weights[a] * term.weight * envelope *
                   std::polar(1.0, -2 * std::numbers::pi * k.dot(atoms.col(a)));
        }
      }
      slice *= (kx + ky) % 2 == 0 ? 1.0 : -1.0;  // the shift by S/2 pixels
      // Aliases come from at least 2/3 of the sampling rate: exp(−2π²(1.5/1.2)²·(2/3)²) of the weight.
      const double aliasing = 8 * std::exp(-2 * std::pow(std::numbers::pi * 1.5 / p * 2 / 3, 2));
      EXPECT_LT(std::abs(spectrum(row, kx) - slice), aliasing * 3 * model.weights.sum());
    }
  }
  EXPECT_NEAR(power / (size * size), image.square().sum(), 1e2 * epsilon * image.square().sum());
}

/// |central difference − derivative| at a random point, relative to the derivative's size, for every
/// parameter.
void expect_derivatives(std::uint64_t seed, ImageGrid grid, const ElasticModel& model) {
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
  expect_derivatives(11, {64, 2.2}, random_model(11, 60, 3, 1.5));
  expect_derivatives(12, {40, 1.1}, random_model(12, 60, 3, 2.5));
  expect_derivatives(13, {33, 3.0}, random_model(13, 60, 3, 2.0));
  expect_derivatives(14, {64, 2.2}, two_kinds(14, 60, 3));
}

TEST(Projection, DerivativesAreThoseOfCurvedMotionToo) {
  expect_derivatives(11, {64, 2.2}, turning(random_model(11, 60, 3, 1.5), 11, 0.02));
  expect_derivatives(14, {64, 2.2}, turning(two_kinds(14, 60, 3), 14, 0.02));
}

void expect_single_precision(const ElasticModel& model) {
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

TEST(Projection, SinglePrecisionAgreesWithDouble) {
  expect_single_precision(random_model(5, 300, 3, 1.5));
  expect_single_precision(turning(random_model(5, 300, 3, 1.5), 5, 0.01));
}

TEST(Projection, OfAModelIsItsDensitySummedAlongTheView) {
  ElasticModel model;
  model.positions.resize(3, 2);
  model.positions << 3, -5, 1, 4, -2, 6;
  model.weights.resize(2);
  model.weights << 6, 16;
  model.kinds = {{{1.0, 2.5}}};
  constexpr int size = 32;
  constexpr double p = 1.5;
  const auto density = model_density(model, Eigen::VectorXd(0), size, p, 6);
  ImageOf<double> image;
  Projector<double>(model, {size, p}, 6)
      .project(Eigen::VectorXd(0), Eigen::Matrix3d::Identity(), {0, 0}, image);
  // Sampling a Gaussian at every p < σ sums to its integral up to 2·exp(−2π²σ²/p²); the cut leaves
  // erfc(6/√2).
  const double tolerance =
      image.maxCoeff() * (std::erfc(6 / std::numbers::sqrt2) + 100 * std::numeric_limits<float>::epsilon());
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      double sum = 0;
      for (int z = 0; z < size; ++z) sum += density[static_cast<std::size_t>((z * size + y) * size + x)];
      EXPECT_NEAR(sum, image(y, x), tolerance);
    }
}

// What the cut leaves out of an image, against its statement.
TEST(Projection, TheCutKeepsItsPromise) {
  const ElasticModel model = random_model(31, 200, 0, 1.5);
  Random random(31, Stream::orientation, 0);
  const Eigen::Matrix3d rotation = random_rotation(random);
  ImageOf<double> whole, cut;
  for (const double p : {1.0, 1.7, 2.2, 3.0}) {
    Projector<double>(model, {48, p}, wide).project(Eigen::VectorXd(0), rotation, {0, 0}, whole);
    Projector<double>(model, {48, p}).project(Eigen::VectorXd(0), rotation, {0, 0}, cut);
    const double left_out = (whole - cut).sum() / whole.sum();
    EXPECT_GE(left_out, 0);
    // Outside a square of half side 4.3 σ, and the pixels' half width beyond it.
    EXPECT_LT(left_out, 2 * std::erfc((footprint_cut - 0.5 * p / 1.5) / std::numbers::sqrt2));
  }
}

TEST(Projection, RefusesAtomsThatPixelsCannotShow) {
  const ElasticModel narrow = random_model(1, 3, 0, 0.1), broad = random_model(1, 3, 0, 30);
  EXPECT_THROW(Projector<float>(narrow, {32, 2.0}), Error);
  EXPECT_THROW(Projector<float>(broad, {32, 2.0}), Error);
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
  // An atom at the corner, (−33, 33) Å, leaves what of its footprint lies inside.
  model.positions << 0, 500, -32, 0, 0, 31, 0, 0, 0;
  model.weights << 0, 0, 1;
  Projector<double>(model, {32, 2.0}).project(Eigen::VectorXd(0), Eigen::Matrix3d::Identity(), {0, 0}, image);
  const double s = 1.5, peak = 4 / (2 * std::numbers::pi * s * s);
  EXPECT_NEAR(image(31, 0), peak * std::exp(-0.5 * 1 / (s * s)), 100 * epsilon);
  EXPECT_NEAR(image(30, 1), peak * std::exp(-0.5 * (9 + 4) / (s * s)), 100 * epsilon);
}

}  // namespace
}  // namespace elastem
