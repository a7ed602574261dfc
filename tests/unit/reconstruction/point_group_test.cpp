#include "reconstruction/point_group.hpp"

#include <numbers>

#include <Eigen/Geometry>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

bool holds(const PointGroup& group, int fold, const Eigen::Vector3d& axis) {
  const Eigen::Matrix3d wanted =
      Eigen::AngleAxisd(2 * std::numbers::pi / fold, axis.normalized()).toRotationMatrix();
  for (const auto& rotation : group.rotations)
    if ((rotation - wanted).cwiseAbs().maxCoeff() < 1e-6) return true;
  return false;
}

TEST(PointGroup, HasItsOrder) {
  for (const auto& [name, order] : std::vector<std::pair<std::string, int>>{{"C1", 1},
                                                                            {"C7", 7},
                                                                            {"D1", 2},
                                                                            {"d4", 8},
                                                                            {"T", 12},
                                                                            {"O", 24},
                                                                            {"I", 60},
                                                                            {"I1", 60},
                                                                            {"i2", 60},
                                                                            {"I3", 60},
                                                                            {"I4", 60}})
    EXPECT_EQ(point_group(name).order(), order) << name;
}

TEST(PointGroup, IsClosedAndOfRotations) {
  for (const char* name : {"C5", "D3", "T", "O", "I1", "I2", "I3", "I4"}) {
    const PointGroup group = point_group(name);
    EXPECT_EQ(group.rotations.front(), Eigen::Matrix3d::Identity());
    for (const auto& a : group.rotations) {
      EXPECT_NEAR(a.determinant(), 1, 1e-12);
      for (const auto& b : group.rotations) {
        const Eigen::Matrix3d product = a * b;
        EXPECT_TRUE(std::ranges::any_of(group.rotations, [&](const auto& c) {
          return (c - product).cwiseAbs().maxCoeff() < 1e-6;
        })) << name;
      }
    }
  }
}

TEST(PointGroup, StandsAsRelionsDoes) {
  EXPECT_TRUE(holds(point_group("C6"), 6, {0, 0, 1}));
  EXPECT_TRUE(holds(point_group("D3"), 2, {1, 0, 0}));
  EXPECT_TRUE(holds(point_group("T"), 2, {0, 0.816496, 0.577350}));
  EXPECT_TRUE(holds(point_group("O"), 4, {1, 0, 0}));
  EXPECT_TRUE(holds(point_group("I"), 5, {0.525731114, 0, 0.850650807}));
  EXPECT_TRUE(holds(point_group("I2"), 3, {0, 0.356822076, 0.934172364}));
  EXPECT_TRUE(holds(point_group("I1"), 3, {0.9341723640, 0.3568220765, 0}));
  EXPECT_TRUE(holds(point_group("I3"), 3, {-0.4911234778630044, 0.3568220764705179, 0.7946544753759428}));
  EXPECT_TRUE(holds(point_group("I4"), 3, {0.4911234778630044, 0.3568220764705179, 0.7946544753759428}));
}

TEST(PointGroup, OfAnotherNameIsRefused) {
  for (const char* name : {"", "C", "C0", "C100", "Cx", "C4v", "T2", "I5", "H"})
    EXPECT_THAT(error_of([&] { point_group(name); }), testing::HasSubstr("is no point group")) << name;
}

}  // namespace
}  // namespace elastem
