#include "reconstruction/fourier_slab.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "cube_transform.hpp"
#include "imaging/ctf.hpp"
#include "imaging/projection.hpp"
#include "reconstruction/shell_correlation.hpp"
#include "tests/support/model_density.hpp"

namespace elastem {
namespace {

constexpr int size = 32;
constexpr double pixel_size = 2.2;
constexpr ImageGrid grid{size, pixel_size};

// A blob of 60 atoms without any symmetry, well inside the box.
ElasticModel blob() {
  ElasticModel model;
  const int atoms = 60;
  model.positions.resize(3, atoms);
  model.weights.resize(atoms);
  Random random(7, Stream::conformation, 0);
  for (int a = 0; a < atoms; ++a) {
    for (int axis = 0; axis < 3; ++axis) model.positions(axis, a) = (axis + 1) * 4.0 * random.normal();
    model.weights[a] = 6 + 2 * random.uniform();
  }
  model.positions = model.positions.cwiseMax(-22).cwiseMin(22);
  model.kinds = {{{1.0, 2.5}}};
  return model;
}

Pose random_pose(std::uint64_t index) {
  Random random(1, Stream::orientation, index);
  Pose pose;
  pose.rot = random.uniform(-180, 180);
  pose.tilt = std::acos(random.uniform(-1, 1)) * 180 / std::numbers::pi;
  pose.psi = random.uniform(-180, 180);
  pose.shift = {random.uniform(-6, 6), random.uniform(-6, 6)};
  return pose;
}

// Samples of `count` projections with a CTF at random poses.
std::vector<FourierSample> projections(const ElasticModel& model, int count, bool with_ctf,
                                       ImageGrid images = grid) {
  Projector<double> projector(model, images, 6.0);
  Fft2<double> fft(images.size);
  ImageOf<double> image;
  SpectrumOf<double> spectrum;
  std::vector<FourierSample> samples;
  for (int i = 0; i < count; ++i) {
    const Pose pose = random_pose(static_cast<std::uint64_t>(i));
    projector.project(Eigen::VectorXd::Zero(0), rotation_matrix(pose.rot, pose.tilt, pose.psi), pose.shift,
                      image);
    fft.forward(image, spectrum);
    Ctf ctf;
    ctf.enabled = with_ctf;
    ctf.voltage_kv = 200;
    ctf.cs_mm = 2;
    ctf.defocus_u = ctf.defocus_v = 5000 + 40.0 * i;
    const auto transfer = ctf_half_grid(ctf, images.size, images.pixel_size);
    Spectrum measured = spectrum.cast<std::complex<float>>();
    for (Eigen::Index k = 0; k < measured.size(); ++k)
      measured.data()[k] *= transfer[static_cast<std::size_t>(k)];
    append_samples(measured, transfer, pose, images, grid, size, samples);
  }
  return samples;
}

struct Volume {
  std::vector<double> values;  // S³
};

// What the command does, in one piece.
Volume reconstructed(const std::vector<FourierSample>& samples, int count, double regularisation) {
  const int side = oversampling * size;
  std::vector<std::complex<double>> terms(static_cast<std::size_t>(side * side * (side / 2 + 1)));
  FourierSlab slab(side, 0, side, terms);
  slab.insert(samples);
  slab.divide({regularisation, static_cast<double>(count)}, size);
  const auto padded = test::back_transformed(terms, side);
  Volume volume;
  for (int z = 0; z < size; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        const auto place = [side](int i) { return static_cast<std::size_t>((i - size / 2 + side) % side); };
        const double value =
            padded[(place(z) * static_cast<std::size_t>(side) + place(y)) * static_cast<std::size_t>(side) +
                   place(x)];
        volume.values.push_back(value / std::pow(side, 3) /
                                trilinear_envelope(x - size / 2, y - size / 2, z - size / 2, side));
      }
  return volume;
}

std::vector<double> truth(const ElasticModel& model) {
  const auto density = model_density(model, Eigen::VectorXd::Zero(0), size, pixel_size, 6.0);
  return {density.begin(), density.end()};
}

std::vector<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
  ShellSums sums(size);
  add_planes(sums, 0, test::transformed(a, size), test::transformed(b, size));
  return shell_correlation(sums);
}

TEST(FourierSlab, OneViewHasTheSpectrumOfItsImage) {
  const ElasticModel model = blob();
  std::vector<FourierSample> samples;
  Projector<double> projector(model, {size, pixel_size});
  Fft2<double> fft(size);
  ImageOf<double> image;
  SpectrumOf<double> spectrum;
  Pose pose;  // straight on: every term falls on a point of the grid
  projector.project(Eigen::VectorXd::Zero(0), Eigen::Matrix3d::Identity(), pose.shift, image);
  fft.forward(image, spectrum);
  const std::vector<float> transfer(static_cast<std::size_t>(size * (size / 2 + 1)), 1.0f);
  append_samples(spectrum.cast<std::complex<float>>(), transfer, pose, grid, grid, 6, samples);
  const int side = oversampling * size;
  std::vector<std::complex<double>> terms(static_cast<std::size_t>(side * side * (side / 2 + 1)));
  FourierSlab slab(side, 0, side, terms);
  slab.insert(samples);
  slab.divide({0.0, 1.0}, 6);
  // (−1)^(kx+ky) moves the origin from pixel S/2 to 0. float holds a sample: 2⁻²⁴ relative, a few roundings.
  const double tolerance = 8 * std::pow(2.0, -24) * std::abs(spectrum(0, 0));
  for (int ky = 0; ky <= 4; ++ky)
    for (int kx = 0; kx <= 4; ++kx) {
      const auto found = terms[static_cast<std::size_t>(2 * ky * (side / 2 + 1) + 2 * kx)];
      const std::complex<double> expected = spectrum(ky, kx) * ((kx + ky) % 2 == 0 ? 1.0 : -1.0);
      EXPECT_NEAR(std::abs(found - expected), 0, tolerance) << kx << " " << ky;
    }
}

// That a volume is the density, in shells up to a period of 2.5 pixels and in scale.
template <class Volume>
void expect_density(const Volume& volume, const ElasticModel& model) {
  const auto expected = truth(model);
  const auto curve = correlation(volume.values, expected);
  const int shell_of_target = static_cast<int>(size / 2.5);  // 1/(2.5 pixels)
  for (int shell = 1; shell <= shell_of_target; ++shell)
    EXPECT_GE(curve[static_cast<std::size_t>(shell)], 0.98) << "shell " << shell;
  // The scale as well: electrons per voxel. Interpolation errs by the curvature of F within a cell, some
  // percent.
  double product = 0, power = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    product += volume.values[i] * expected[i];
    power += expected[i] * expected[i];
  }
  EXPECT_NEAR(product / power, 1.0, 0.05);
}

TEST(FourierSlab, ProjectionsGiveTheDensityBack) {
  const ElasticModel model = blob();
  const int count = 600;
  const auto volume = reconstructed(projections(model, count, false), count, 1e-6);
  expect_density(volume, model);
}

TEST(FourierSlab, CtfIsTakenOff) {
  const ElasticModel model = blob();
  const int count = 600;
  const auto volume = reconstructed(projections(model, count, true), count, 1e-3);
  const auto curve = correlation(volume.values, truth(model));
  for (int shell = 1; shell <= static_cast<int>(size / 2.5); ++shell)
    EXPECT_GE(curve[static_cast<std::size_t>(shell)], 0.97) << "shell " << shell;
}

TEST(FourierSlab, ImagesOfOtherBoxesAndPixelSizesMakeOneMap) {
  const ElasticModel model = blob();
  const int count = 300;
  std::vector<FourierSample> samples = projections(model, count, false);
  for (const ImageGrid other : {ImageGrid{51, 1.5}, ImageGrid{41, 2.2}, ImageGrid{28, 2.7}})
    std::ranges::copy(projections(model, count, false, other), std::back_inserter(samples));
  const auto volume = reconstructed(samples, 4 * count, 1e-6);
  expect_density(volume, model);
}

TEST(FourierSlab, AnImageWeighsTheSameInAnyBox) {
  const auto weight = [](ImageGrid images) {
    const Spectrum spectrum = Spectrum::Zero(images.size, images.size / 2 + 1);
    const std::vector<float> transfer(static_cast<std::size_t>(spectrum.size()), 1.0F);
    std::vector<FourierSample> samples;
    append_samples(spectrum, transfer, Pose(), images, grid, 10, samples);
    double sum = 0, farthest = 0;
    for (const auto& sample : samples) {
      if (sample.x >= 1) sum += static_cast<double>(sample.weight);
      farthest = std::max(farthest, std::hypot(static_cast<double>(sample.x), static_cast<double>(sample.y)));
    }
    EXPECT_NEAR(farthest, 20, 1.5);
    return sum;
  };
  // Terms of a circle of 10 cells are counted, of which the rim is a tenth.
  EXPECT_NEAR(weight({64, 2.2}) / weight(grid), 1, 0.1);
  EXPECT_NEAR(weight({27, 2.2}) / weight(grid), 1, 0.1);
  EXPECT_NEAR(weight({64, 1.1}) / weight(grid), 1, 1e-6);  // a finer pixel of the same box
}

TEST(FourierSlab, SlabsTogetherAreTheWhole) {
  const auto samples = projections(blob(), 20, true);
  const int side = oversampling * size;
  const std::size_t plane = static_cast<std::size_t>(side * (side / 2 + 1));
  std::vector<std::complex<double>> whole(plane * static_cast<std::size_t>(side)), parts(whole.size());
  FourierSlab all(side, 0, side, whole);
  all.insert(samples);
  for (const auto& [first, count] : {std::pair{0, 10}, {10, 0}, {10, 41}, {51, side - 51}}) {
    FourierSlab part(side, first, count, std::span(parts).subspan(static_cast<std::size_t>(first) * plane));
    part.insert(samples);
    for (std::size_t i = 0; i < part.weights().size(); ++i)
      EXPECT_EQ(part.weights()[i], all.weights()[static_cast<std::size_t>(first) * plane + i]);
  }
  EXPECT_EQ(whole, parts);  // the same additions in the same order
}

TEST(FourierSlab, RefusesTooLittleRoom) {
  std::vector<std::complex<double>> terms(10);
  EXPECT_THROW(FourierSlab(8, 0, 8, terms), Bug);
}

TEST(SoftSphere, FallsFromOneToZero) {
  EXPECT_EQ(soft_sphere(9.9, 10, 4), 1);
  EXPECT_NEAR(soft_sphere(12, 10, 4), 0.5, 4 * std::numeric_limits<double>::epsilon());
  EXPECT_EQ(soft_sphere(14, 10, 4), 0);
}

}  // namespace
}  // namespace elastem
