#include "reconstruction/density.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "imaging/projection.hpp"

namespace elastem {
namespace {

ElasticModel two_atoms() {
  ElasticModel model;
  model.positions.resize(3, 2);
  model.positions << 3, -5, 1, 4, -2, 6;
  model.weights.resize(2);
  model.weights << 6, 16;
  model.kinds = {{{1.0, 2.5}}};
  return model;
}

TEST(ModelDensity, OneAtomIsItsGaussian) {
  ElasticModel model = two_atoms();
  model.positions = Eigen::Matrix3Xd(model.positions.leftCols(1));
  model.weights = Eigen::VectorXd(model.weights.head(1));
  const double p = 2.0;
  const int size = 24;
  const auto density = model_density(model, Eigen::VectorXd::Zero(0), size, p);
  const Eigen::Vector3d voxel(2, -1, 0);  // from the centre
  const double distance2 = (voxel * p - model.positions.col(0)).squaredNorm();
  const double expected = 6 * std::pow(p, 3) / std::pow(2 * std::numbers::pi * 2.5 * 2.5, 1.5) *
                          std::exp(-distance2 / (2 * 2.5 * 2.5));
  const float found = density[static_cast<std::size_t>(((0 + 12) * size + (-1 + 12)) * size + (2 + 12))];
  EXPECT_NEAR(found, expected, 4 * std::numeric_limits<float>::epsilon() * expected);
}

TEST(ModelDensity, SumsAlongTheViewToTheProjection) {
  const ElasticModel model = two_atoms();
  const int size = 32;
  const double p = 1.5;
  const auto density = model_density(model, Eigen::VectorXd::Zero(0), size, p, 6);
  Projector<double> projector(model, {size, p}, 6);
  ImageOf<double> image;
  projector.project(Eigen::VectorXd::Zero(0), Eigen::Matrix3d::Identity(), Eigen::Vector2d::Zero(), image);
  // Sampling a Gaussian at every p < σ sums to its integral up to 2·exp(−2π²σ²/p²); the cut leaves
  // erfc(6/√2).
  const double peak = image.maxCoeff();
  const double tolerance =
      peak * (std::erfc(6 / std::sqrt(2.0)) + 100 * std::numeric_limits<float>::epsilon());
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      double sum = 0;
      for (int z = 0; z < size; ++z) sum += density[static_cast<std::size_t>((z * size + y) * size + x)];
      EXPECT_NEAR(sum, image(y, x), tolerance);
    }
}

TEST(ModelDensity, RefusesAnEmptyBox) {
  EXPECT_THROW(model_density(two_atoms(), Eigen::VectorXd::Zero(0), 0, 1.0), Bug);
}

}  // namespace
}  // namespace elastem
