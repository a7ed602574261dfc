#include "reconstruction/local_resolution.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

constexpr int size = 24;
constexpr double pixel_size = 2;

VolumePart noise(std::uint64_t seed) {
  VolumePart part{size, 0, size, {}};
  Random random(seed, Stream::noise, 0);
  for (int i = 0; i < size * size * size; ++i) part.voxels.push_back(static_cast<float>(random.normal()));
  return part;
}

// Without random phases: from beyond Nyquist on.
LocalCorrelation uncorrected(double radius) {
  return {local_window({size, pixel_size}, radius, 4), pixel_size, 1};
}

TEST(LocalWindow, IsHalfAsHighAtItsRadius) {
  const LocalWindow window = local_window({size, pixel_size}, 12, 5);
  EXPECT_EQ(window.radius, 6);
  EXPECT_EQ(window.step, 3);  // 2.5 voxels, rounded
  EXPECT_GE(window.side, 2 * 9 + 1);
  EXPECT_EQ(window.weight(3), 1);
  EXPECT_NEAR(window.weight(6), 0.5, 1e-15);
  EXPECT_EQ(window.weight(9), 0);
  EXPECT_EQ(local_window({size, pixel_size}, 12, 0.1).step, 1);
}

TEST(LocalCorrelation, EqualHalvesAgreeToTheLast) {
  const VolumePart one = noise(1);
  EXPECT_EQ(uncorrected(12).resolution({one, one}, {one, one}, {0, 0, 0}), 2 * pixel_size);
  EXPECT_EQ(uncorrected(12).resolution({one, one}, {one, one}, {11, -12, 4}), 2 * pixel_size);
}

TEST(LocalCorrelation, SeesItsSurroundingsOnly) {
  const VolumePart one = noise(1);
  VolumePart other = noise(2);
  // Equal halves at z ≥ 0 but for two sections.
  for (std::size_t i = size * size * (size / 2 - 2); i < one.voxels.size(); ++i)
    other.voxels[i] = one.voxels[i];
  LocalCorrelation correlation = uncorrected(8);  // 0 beyond 6 voxels
  EXPECT_EQ(correlation.resolution({one, other}, {one, one}, {0, 0, 6}), 2 * pixel_size);
  EXPECT_GT(correlation.resolution({one, other}, {one, one}, {0, 0, -9}), 4 * pixel_size);
}

TEST(LocalCorrelation, APartOfTheSectionsIsEnough) {
  const VolumePart one = noise(1), other = noise(2);
  const auto part_of = [](const VolumePart& whole) {
    VolumePart part{size, 3, 14, {}};  // sections 3 to 16
    part.voxels.assign(whole.voxels.begin() + 3 * size * size, whole.voxels.begin() + 17 * size * size);
    return part;
  };
  LocalCorrelation correlation = uncorrected(8);
  const Eigen::Vector3i centre(2, 0, -2);  // section 10, and 6 on both sides
  EXPECT_EQ(correlation.resolution({one, other}, {one, one}, centre),
            correlation.resolution({part_of(one), part_of(other)}, {one, one}, centre));
}

TEST(LocalCorrelation, WhatRandomPhasesHaveInCommonIsTakenOff) {
  const VolumePart one = noise(1);
  LocalCorrelation correlation(local_window({size, pixel_size}, 12, 4), pixel_size, 12);
  // As equal with random phases as without: nothing is left from 12 Å on.
  EXPECT_GT(correlation.resolution({one, one}, {one, one}, {0, 0, 0}), 10);
  EXPECT_EQ(correlation.resolution({one, one}, {one, noise(2)}, {0, 0, 0}), 2 * pixel_size);
}

TEST(WindowLattice, StandsAboutTheMiddle) {
  const WindowLattice lattice(24, 5);  // −10, −5, 0, 5, 10
  EXPECT_EQ(lattice.places(), 125);
  EXPECT_EQ(lattice.place(0), Eigen::Vector3i(-10, -10, -10));
  EXPECT_EQ(lattice.place(62), Eigen::Vector3i(0, 0, 0));
  EXPECT_EQ(lattice.place(63), Eigen::Vector3i(5, 0, 0));
}

TEST(WindowLattice, IsLinearBetweenThePlacesThatHaveAValue) {
  const WindowLattice lattice(24, 5);
  std::vector<float> values(125, 0.0F);
  values[62] = 1;
  values[63] = 3;
  EXPECT_NEAR(lattice.interpolated(values, {0, 0, 0}), 1, 1e-12);
  EXPECT_NEAR(lattice.interpolated(values, {2, 0, 0}), 1.8, 1e-12);
  EXPECT_NEAR(lattice.interpolated(values, {2, 1, -4}), 1.8, 1e-12);  // six corners without one
  EXPECT_EQ(lattice.interpolated(values, {-6, 0, 0}), 0);
  EXPECT_EQ(lattice.interpolated(values, {11, 11, 11}), 0);
}

TEST(ResolutionHistogram, HasTheQuantilesOfWhatWasAdded) {
  ResolutionHistogram histogram(4, 44);
  EXPECT_EQ(histogram.quantile(0.5), 0);
  for (int i = 0; i < 100; ++i) histogram.add(5 + 0.1 * i);
  histogram.add(1000);
  EXPECT_NEAR(histogram.quantile(0.25), 7.5, 0.1 + 40.0 / 4096);
  EXPECT_NEAR(histogram.quantile(0.5), 10, 0.1 + 40.0 / 4096);
  EXPECT_NEAR(histogram.quantile(1), 44, 40.0 / 4096);
}

}  // namespace
}  // namespace elastem
