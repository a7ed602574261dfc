#include "reconstruction/deformation_field.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

namespace elastem {
namespace {

constexpr ImageGrid grid{32, 2};

Eigen::Matrix3Xd atoms() {
  Eigen::Matrix3Xd places(3, 30);
  Random random(1, Stream::conformation, 0);
  for (double& value : places.reshaped()) value = 6 * random.normal();
  return places;
}

TEST(DeformationField, HoldsTheVoxelsNearTheAtoms) {
  const Eigen::Matrix3Xd places = atoms();
  const DeformationField field(places, grid);
  Eigen::Index expected = 0;
  for (int z = -16; z < 16; ++z)
    for (int y = -16; y < 16; ++y)
      for (int x = -16; x < 16; ++x)
        expected +=
            (places.colwise() - 2 * Eigen::Vector3d(x, y, z)).colwise().norm().minCoeff() <= 16 ? 1 : 0;
  ASSERT_EQ(field.voxels(), expected);
  for (Eigen::Index v = 0; v < field.voxels(); ++v) {
    const double distance =
        (places.colwise() - 2 * field.index(v).cast<double>()).colwise().norm().minCoeff();
    EXPECT_NEAR(field.softness(v), distance <= 10 ? 1 : 0.5 + 0.5 * std::cos(M_PI * (distance - 10) / 6),
                1e-5);
  }
}

TEST(DeformationField, MovesVoxelsWithTheirAtoms) {
  const Eigen::Matrix3Xd places = atoms();
  const DeformationField field(places, grid);
  Eigen::Matrix3Xf still, moved, shifts = Eigen::Matrix3Xf::Zero(3, 30);
  field.displaced(shifts, still);
  for (Eigen::Index v = 0; v < field.voxels(); ++v)
    EXPECT_EQ(still.col(v), (2 * field.index(v).cast<double>()).cast<float>());
  // All alike: every voxel by as much.
  shifts.colwise() = Eigen::Vector3f(1, -2, 3);
  field.displaced(shifts, moved);
  EXPECT_LT((moved - still).colwise().operator-(Eigen::Vector3f(1, -2, 3)).cwiseAbs().maxCoeff(), 1e-5F);
  // One atom: the voxel on it by about all, those far away by little.
  shifts.setZero();
  shifts.col(4) = Eigen::Vector3f(1, 0, 0);
  field.displaced(shifts, moved);
  for (Eigen::Index v = 0; v < field.voxels(); ++v) {
    const double own = (2 * field.index(v).cast<double>() - places.col(4)).norm();
    const double other = (places.colwise() - 2 * field.index(v).cast<double>()).colwise().norm().minCoeff();
    const double by = static_cast<double>(moved(0, v) - still(0, v));
    EXPECT_GE(by, 0);
    EXPECT_LE(by, 1 + 1e-5);
    if (own == other && own < 1) {
      EXPECT_GT(by, 0.2);
    }
    if (own > other + 6) {
      EXPECT_LT(by, std::exp(-(own * own - other * other) / 8) + 1e-5);
    }
  }
}

TEST(DeformationField, NeedsAtomsInTheBox) {
  EXPECT_THROW(DeformationField(Eigen::Matrix3Xd::Constant(3, 5, 500), grid), Error);
}

}  // namespace
}  // namespace elastem
