#include "reconstruction/central_slices.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "cube_transform.hpp"
#include "imaging/projection.hpp"
#include "reconstruction/fourier_slab.hpp"

namespace elastem {
namespace {

constexpr int size = 32, side = oversampling * size;
constexpr double pixel_size = 2.2, sigma = 3;

ElasticModel atoms() {
  ElasticModel model;
  model.positions = Eigen::Matrix3Xd(3, 4);
  model.positions << 5, -9, 0, 12, 3, 14, -11, -4, -16, 2, 8, 1;
  model.weights = Eigen::Vector4d(6, 7, 8, 6);
  model.kinds = {{{1.0, sigma}}};
  return model;
}

// The model's density in the middle of an oversampled cube, divided by the envelope of the interpolation.
CentralSlices slices_of(const ElasticModel& model, double radius) {
  std::vector<double> volume(static_cast<std::size_t>(side) * side * side, 0.0);
  for (int z = -size / 2; z < size / 2; ++z)
    for (int y = -size / 2; y < size / 2; ++y)
      for (int x = -size / 2; x < size / 2; ++x) {
        double density = 0;
        for (Eigen::Index a = 0; a < model.atom_count(); ++a) {
          const double d2 = (Eigen::Vector3d(x, y, z) * pixel_size - model.positions.col(a)).squaredNorm();
          density += model.weights[a] * std::exp(-d2 / (2 * sigma * sigma));
        }
        density *= std::pow(pixel_size / (std::sqrt(2 * std::numbers::pi) * sigma), 3);
        volume[(static_cast<std::size_t>((z + side) % side) * side +
                static_cast<std::size_t>((y + side) % side)) *
                   side +
               static_cast<std::size_t>((x + side) % side)] = density / trilinear_envelope(x, y, z, side);
      }
  const auto spectrum = test::transformed(volume, side);
  CentralSlices slices(size, radius);
  const std::size_t plane = static_cast<std::size_t>(side) * (side / 2 + 1);
  for (int half : {0, 1})  // as two ranks have them
    slices.take_planes(half * side / 2,
                       std::span(spectrum).subspan(half * side / 2 * plane, side / 2 * plane), 1);
  return slices;
}

TEST(CentralSlices, AreTheProjectionsOfTheMap) {
  const ElasticModel model = atoms();
  constexpr double radius = 12;
  const CentralSlices slices = slices_of(model, radius);
  Projector<float> projector(model, {size, pixel_size});
  Fft2<float> fft(size);
  for (std::uint64_t i = 0; i < 20; ++i) {
    Random random(1, Stream::orientation, i);
    const Pose pose{random.uniform(-180, 180), random.uniform(0, 180), random.uniform(-180, 180),
                    Eigen::Vector2d(random.uniform(-4, 4), random.uniform(-4, 4))};
    Image image;
    Spectrum expected, found;
    projector.project(Eigen::VectorXd(), rotation_matrix(pose), pose.shift, image);
    fft.forward(image, expected);
    slices.read(pose, {size, pixel_size}, 1, found);
    double apart = 0, power = 0;
    for (int row = 0; row < size; ++row)
      for (int kx = 0; kx <= size / 2; ++kx) {
        const int ky = row < size / 2 ? row : row - size;
        if (kx * kx + ky * ky > radius * radius || (kx == 0 && ky == 0)) {
          EXPECT_EQ(found(row, kx), std::complex<float>(0));
          continue;
        }
        apart += std::norm(found(row, kx) - expected(row, kx));
        power += std::norm(expected(row, kx));
      }
    EXPECT_LT(std::sqrt(apart / power), 0.03) << "pose " << i;  // linear interpolation of a padded volume
  }
}

TEST(CentralSlices, HaveTheTermsOfOtherBoxesAndPixelSizes) {
  const ElasticModel model = atoms();
  constexpr double radius = 12;
  const CentralSlices slices = slices_of(model, radius);
  const ImageGrid image_grid{51, 1.8};
  const double zoom = size * pixel_size / (51 * 1.8);
  Projector<float> projector(model, image_grid);
  Fft2<float> fft(image_grid.size);
  const Pose pose{20, 60, -100, {3, -2}};
  Image image;
  Spectrum expected, found;
  projector.project(Eigen::VectorXd(), rotation_matrix(pose), pose.shift, image);
  fft.forward(image, expected);
  slices.read(pose, image_grid, zoom, found);
  double apart = 0, power = 0;
  for (int ky = 0; ky <= 25; ++ky)
    for (int kx = 1; kx <= 25; ++kx) {
      if (std::hypot(kx, ky) * zoom > radius) {
        EXPECT_EQ(found(ky, kx), std::complex<float>(0));
        continue;
      }
      apart += std::norm(found(ky, kx) - expected(ky, kx));
      power += std::norm(expected(ky, kx));
    }
  EXPECT_LT(std::sqrt(apart / power), 0.03);
}

TEST(CentralSlices, KnowTheirSize) {
  CentralSlices slices(size, 5);
  EXPECT_EQ(slices.numbers().size_bytes(), CentralSlices::bytes(5));
  EXPECT_EQ(CentralSlices::bytes(5), 23U * 23U * 12U * 8U);
}

}  // namespace
}  // namespace elastem
