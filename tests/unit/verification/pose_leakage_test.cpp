#include "verification/pose_leakage.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index count = 1000;

Eigen::Matrix3Xd views(std::uint64_t seed) {
  Eigen::Matrix3Xd made(3, count);
  Random random(seed, Stream::view, 0);
  for (Eigen::Index i = 0; i < count; ++i)
    made.col(i) = Eigen::Vector3d(random.normal(), random.normal(), random.normal()).normalized();
  return made;
}

// Normal values plus `share` of their variance by the view.
PoseLeakage leakage(double share, std::uint64_t seed) {
  const Eigen::Matrix3Xd directions = views(seed);
  Eigen::VectorXd values(count);
  Random random(seed, Stream::sampling, 0);
  for (Eigen::Index i = 0; i < count; ++i)
    values[i] = 50 + std::sqrt(1 - share) * random.normal() +
                std::sqrt(share * 15) * directions(0, i) * directions(1, i);  // ⟨x²y²⟩ = 1/15
  return pose_leakage(values, Eigen::VectorXd::Ones(count), directions);
}

TEST(PoseLeakage, FindsTheShareThatViewsExplain) {
  const PoseLeakage found = leakage(0.2, 1);
  EXPECT_NEAR(found.share, 0.2, 4 * std::sqrt(4 * 0.2 * 0.8 * 0.8 / count));
  EXPECT_GT(found.z, 10);
}

TEST(PoseLeakage, IsChanceWhereAmplitudesDoNotDependOnTheView) {
  double mean = 0;
  int clear = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const PoseLeakage found = leakage(0, 10 + seed);
    mean += found.z / 200;
    clear += found.z > 4 ? 1 : 0;  // χ²₈ above 24: 2 in 1,000
    EXPECT_LT(found.share, 0.03);
  }
  EXPECT_NEAR(mean, 0, 4 / std::sqrt(200));
  EXPECT_LE(clear, 4);
}

}  // namespace
}  // namespace elastem
